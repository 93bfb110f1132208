#!/bin/sh
# Builds the payment gateway in its four builds below PREFIX/payment_gateway:
#   bin/glibc/gateway     cgo, dynamically linked; libcrypto is looked for by dlopen
#   bin/openssl/gateway   cgo, dynamically linked; libcrypto is part of the file
#   bin/musl/gateway      cgo, one static file (musl); Go's own crypto
#   bin/nocgo/gateway     CGO_ENABLED=0, one static file; Go's own crypto, SQLite in Go
#   bin/entrypoint        fetches modules, then becomes the service
#   config/ assets/       what the service reads
#   modules/              what the entrypoint needs: the modules, preloaded and vendored
# Needs go with access to modules (or a filled module cache), gcc, musl-gcc, OpenSSL's headers.
set -eu
prefix=${1:?usage: build.sh PREFIX}/payment_gateway
sources=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
export GOTOOLCHAIN=local GOFLAGS='-trimpath -buildvcs=false'

cd "$sources"
[ -e internal/assets/files/section11 ] || go run ./tools/makeassets
mkdir -p "$prefix/config"
cp config/gateway.json "$prefix/config/"

build() { # NAME, then further arguments of go build
    name=$1
    shift
    go build -o "$prefix/bin/$name/gateway" "$@" ./cmd/gateway
}
CGO_ENABLED=1 build glibc -tags dlopen
CGO_ENABLED=1 build openssl -tags openssl
CGO_ENABLED=1 CC=musl-gcc build musl -ldflags '-linkmode external -extldflags -static'
CGO_ENABLED=0 build nocgo
CGO_ENABLED=0 go build -o "$prefix/bin/entrypoint" ./cmd/entrypoint

rm -rf "$prefix/assets" "$prefix/modules"
"$prefix/bin/nocgo/gateway" prebuild -root "$prefix"

# the case's private modules: as a proxy has them, preloaded into a cache, and vendored
go run ./tools/makemodules -o "$prefix/modules"
cd "$prefix/modules/source"
export GOMODCACHE="$prefix/modules/preloaded" GOPROXY="file://$prefix/modules/proxy"
export GOSUMDB=off GOFLAGS=-modcacherw
go mod tidy
go mod download
go mod vendor
