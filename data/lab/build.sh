#!/bin/sh
# Builds the lab's programs below PREFIX/lab/bin: what delays packets and lookups, plays
# the small peers, and sends requests. Needs go with access to modules.
set -eu
prefix=${1:?usage: build.sh PREFIX}/lab/bin
cd "$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)/tools"
mkdir -p "$prefix"
GOTOOLCHAIN=local GOFLAGS='-trimpath -buildvcs=false' CGO_ENABLED=0 go build -o "$prefix" ./cmd/...
