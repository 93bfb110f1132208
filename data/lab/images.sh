#!/bin/sh
# Builds OCI archives of the payment gateway's bad and good day from what build.sh made,
# without a daemon and without fetching anything:
#   PREFIX/images/before.oci.tar   Debian's files, the Go toolchain, sources, modules to fetch
#   PREFIX/images/after.oci.tar    the program, the libraries it is linked with, the pages
# Needs buildah and root.
set -eu
prefix=${1:?usage: images.sh PREFIX}
gateway=$prefix/payment_gateway
out=$prefix/images
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"

in_store() {
    buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs "$@"
}

# Copies files into a folder, where they are and as they are, with what links point to.
collect() { # FOLDER, paths on the standard input
    while read -r path; do
        [ -f "$path" ] || continue
        mkdir -p "$1$(dirname "$path")"
        cp -a "$path" "$1$path"
        [ ! -L "$path" ] || readlink -f "$path" | collect "$1"
    done
}

libraries() { # PROGRAM
    ldd "$1" | grep -o '/[^ ]*'
}

# One layer a folder, in the order given.
image() { # NAME COMMAND FOLDER...
    name=$1 command=$2
    shift 2
    container=$(in_store from scratch)
    for layer in "$@"; do
        in_store add --quiet "$container" "$work/$layer" / >/dev/null
        in_store commit --quiet --timestamp 0 "$container" "$name" >/dev/null
        in_store rm "$container" >/dev/null
        container=$(in_store from "localhost/$name")
    done
    in_store config --cmd "$command" "$container"
    rm -f "$out/$name.oci.tar"
    in_store commit --quiet --timestamp 0 "$container" "oci-archive:$out/$name.oci.tar" >/dev/null
    in_store rm "$container" >/dev/null
    echo "Wrote $out/$name.oci.tar ($(du -m "$out/$name.oci.tar" | cut -f1) MB)"
}

dpkg -L base-files bash coreutils libc6 libc-bin libssl3 ca-certificates | sort -u |
    collect "$work/debian"
mkdir -p "$work/toolchain/usr/local"
cp -a "$(go env GOROOT)" "$work/toolchain/usr/local/go"
mkdir -p "$work/sources$gateway/modules" "$work/program$gateway/bin/glibc"
cp -a "$gateway/modules/source" "$work/sources$gateway/modules/"
cp -a "$gateway/bin/entrypoint" "$gateway/config" "$work/program$gateway/bin/"
cp -a "$gateway/bin/glibc/gateway" "$work/program$gateway/bin/glibc/"
mv "$work/program$gateway/bin/config" "$work/program$gateway/"
image before "$gateway/bin/entrypoint -- $gateway/bin/glibc/gateway" debian toolchain sources program

libraries "$gateway/bin/openssl/gateway" | collect "$work/libraries"
mkdir -p "$work/good$gateway/bin/openssl" "$work/pages$gateway"
cp -a "$gateway/bin/openssl/gateway" "$work/good$gateway/bin/openssl/"
cp -a "$gateway/config" "$work/good$gateway/"
cp -a "$gateway/assets" "$work/pages$gateway/"
image after "$gateway/bin/openssl/gateway" libraries pages good
