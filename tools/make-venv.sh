#!/bin/sh
# Make .venv with Lester and everything it needs, at the versions of constraints.txt.
set -eu

if ! .venv/bin/python -c '' 2>/dev/null; then
    python=$(sh "$(dirname "$0")/find-python.sh")
    echo "Making .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv
fi

echo "Installing the dependencies (a few minutes the first time)"
log=$(mktemp)
if ! .venv/bin/python -m pip install --disable-pip-version-check -q -c constraints.txt -e '.[dev]' >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    echo "The dependencies could not be installed. The lines above say why; usually the network or the free space." >&2
    exit 1
fi
rm -f "$log"
touch .venv/ready
