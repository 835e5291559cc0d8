#!/bin/sh
# Make sure that the system has what pip cannot install: python3-venv and the libraries that Qt loads.
#
#   tools/system-libraries.sh           what tests and windowless work need
#   tools/system-libraries.sh window    also what a window on X11 or Wayland needs
#
# Installs what is missing when it may (root, or sudo that asks for nothing); otherwise prints the one line to run.
set -u

missing=
wanted=

need_library() { # file name, Debian package
    wanted="$wanted $1"
    for folder in $library_folders; do
        [ -e "$folder/$1" ] && return
    done
    printf '%s\n' "$known_libraries" | grep -q "^[[:space:]]*$1 " || missing="$missing $2"
}

PATH="$PATH:/usr/sbin:/sbin"
known_libraries=$(ldconfig -p 2>/dev/null)
library_folders="/usr/lib /usr/lib64 /lib /usr/lib/$(uname -m)-linux-gnu"

need_library libGL.so.1 libgl1
need_library libEGL.so.1 libegl1
need_library libxkbcommon.so.0 libxkbcommon0
need_library libfontconfig.so.1 libfontconfig1
need_library libdbus-1.so.3 libdbus-1-3
need_library libglib-2.0.so.0 libglib2.0-0
need_library libgthread-2.0.so.0 libglib2.0-0

if [ "${1:-}" = window ]; then
    need_library libxcb-cursor.so.0 libxcb-cursor0
    need_library libxcb-icccm.so.4 libxcb-icccm4
    need_library libxcb-image.so.0 libxcb-image0
    need_library libxcb-keysyms.so.1 libxcb-keysyms1
    need_library libxcb-randr.so.0 libxcb-randr0
    need_library libxcb-render.so.0 libxcb-render0
    need_library libxcb-render-util.so.0 libxcb-render-util0
    need_library libxcb-shape.so.0 libxcb-shape0
    need_library libxcb-shm.so.0 libxcb-shm0
    need_library libxcb-sync.so.1 libxcb-sync1
    need_library libxcb-util.so.1 libxcb-util1
    need_library libxcb-xfixes.so.0 libxcb-xfixes0
    need_library libxcb-xkb.so.1 libxcb-xkb1
    need_library libxkbcommon-x11.so.0 libxkbcommon-x11-0
    need_library libX11-xcb.so.1 libx11-xcb1
    need_library libwayland-client.so.0 libwayland-client0
    need_library libwayland-cursor.so.0 libwayland-cursor0
    need_library libwayland-egl.so.1 libwayland-egl1
fi

# Without any font Qt draws boxes and reports nothing.
find /usr/share/fonts /usr/local/share/fonts \( -name '*.ttf' -o -name '*.otf' \) 2>/dev/null | grep -q . ||
    missing="$missing fonts-dejavu-core"

# A Python without ensurepip cannot make a virtual environment; Debian ships it apart.
python=$(sh "$(dirname "$0")/find-python.sh" 2>/dev/null) || python=
if [ -z "$python" ]; then
    missing="$missing python3 python3-venv"
elif [ ! -x .venv/bin/python ] && ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    missing="$missing python3-venv"
fi

missing=$(printf '%s\n' $missing | sort -u | tr '\n' ' ' | sed 's/ $//')
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "Lester needs system libraries that this computer lacks. Install, with its package manager, what provides:" >&2
    echo "   $wanted" >&2
    exit 1
fi

install="apt-get update && apt-get install -y --no-install-recommends $missing"
if [ "$(id -u)" = 0 ]; then
    sudo=
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
    sudo="sudo -n"
else
    echo "Some system packages are missing and installing them needs rights that this user lacks. Run once, then again make:" >&2
    echo "    sudo sh -c '$install'" >&2
    exit 1
fi

echo "Installing system packages: $missing"
if ! $sudo env DEBIAN_FRONTEND=noninteractive sh -c "$install" >/tmp/lester-apt.$$ 2>&1 </dev/null; then
    tail -n 15 /tmp/lester-apt.$$ >&2
    rm -f /tmp/lester-apt.$$
    echo "The system packages could not be installed. Run by hand: sudo sh -c '$install'" >&2
    exit 1
fi
rm -f /tmp/lester-apt.$$
