#!/bin/sh
# Builds the checkout service in both variants, and the backend, below a folder:
#   PREFIX/checkout/static   CGO_ENABLED=0, everything in one file
#   PREFIX/checkout/cgo      dynamically linked, modules found by dlopen
#   PREFIX/backend           what the service depends on
# Needs go and, for the cgo variant, gcc. Fetches nothing.
set -eu
prefix=${1:?usage: build.sh PREFIX}
sources=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
export GOTOOLCHAIN=local GOPROXY=off GOFLAGS='-trimpath -buildvcs=false'

cd "$sources/checkout"
go run ./tools/makeassets
for variant in static cgo; do
    mkdir -p "$prefix/checkout/$variant/var"
    cp -R config "$prefix/checkout/$variant/"
done
CGO_ENABLED=0 go build -o "$prefix/checkout/static/checkout" .
CGO_ENABLED=1 go build -o "$prefix/checkout/cgo/checkout" .
mkdir -p "$prefix/checkout/cgo/lib/current"
for module in cards wallets vouchers; do
    gcc -O2 -fPIC -shared -o "$prefix/checkout/cgo/lib/current/libpayments_$module.so" \
        native/payments.c
done

cd "$sources/backend"
mkdir -p "$prefix/backend"
CGO_ENABLED=0 go build -o "$prefix/backend/backend" .
