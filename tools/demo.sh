#!/bin/sh
# The demonstration: a window on a copy of the hospital project; without a display, the same journey in text.
set -eu

folder="demo-output/$(date +%Y-%m-%d-%H%M%S)"
mkdir -p "$folder"

display_answers() {
    [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || return 1
    # A display that is named but gone makes Qt abort, so it is tried in a process of its own.
    (.venv/bin/python -c 'from PySide6.QtGui import QGuiApplication; QGuiApplication([])') >/dev/null 2>&1
}

if display_answers; then
    cp -R sample_pipelines/hospital "$folder/hospital"
    echo "Opening a copy of the hospital project: $folder/hospital"
    exec .venv/bin/python -m lester_gui "$folder/hospital"
fi

echo "No display: the same journey without a window."
QT_QPA_PLATFORM=offscreen .venv/bin/lester demo --out "$folder"
echo
echo "Certificate and screenshots: $(pwd)/$folder"
