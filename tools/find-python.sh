#!/bin/sh
# Print the path of a Python 3.11 or newer: $PYTHON, else the first that serves.
for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 /usr/bin/python3; do
    found=$("$candidate" -c 'import sys; print(sys.executable) if sys.version_info >= (3, 11) else sys.exit(1)' \
        2>/dev/null) && [ -n "$found" ] && { echo "$found"; exit 0; }
done
echo "Lester needs Python 3.11 or newer. Install it, or name one: make PYTHON=/path/to/python3 …" >&2
exit 1
