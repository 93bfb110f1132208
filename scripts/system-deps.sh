#!/usr/bin/env bash
# Installs the programs that the tests use and that pip cannot bring. Debian and its kin only;
# asks for nothing, and does nothing where nothing is missing.
set -euo pipefail

# program:package
wanted=(
    bash:bash busybox:busybox chromium:chromium curl:curl dash:dash gcc:gcc openssl:openssl
    perf:linux-perf shellcheck:shellcheck strace:strace wget:wget
)

packages=()
for pair in "${wanted[@]}"; do
    command -v "${pair%%:*}" >/dev/null || packages+=("${pair##*:}")
done
[ -e /usr/include/stdio.h ] || packages+=(libc6-dev)
compgen -G '/usr/share/fonts/truetype/dejavu/*' >/dev/null || packages+=(fonts-dejavu-core)
if command -v /usr/bin/python3 >/dev/null; then
    /usr/bin/python3 -c 'import ensurepip' 2>/dev/null || packages+=(python3-venv)
fi

if [ "${#packages[@]}" -eq 0 ]; then
    echo "All system packages are there."
    exit 0
fi
if ! command -v apt-get >/dev/null; then
    echo "error: this installs with apt-get, which is missing here" >&2
    echo "hint: install these by other means: ${packages[*]}" >&2
    exit 2
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "error: this needs root, or sudo" >&2; exit 2; }
    as_root=(sudo)
fi
echo "Installing ${packages[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get -qq update
"${as_root[@]}" apt-get -qq install --yes --no-install-recommends "${packages[@]}" </dev/null >/dev/null
