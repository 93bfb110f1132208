#!/bin/sh
# Installs what the lab needs of Debian's packages, and keeps its servers from being started
# by the system. Needs root.
set -eu
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    trap 'rm -f "$policy"' EXIT
fi
apt-get -qq update
apt-get -qq install --yes --no-install-recommends buildah gcc iproute2 libc6-dev libssl-dev \
    musl-tools postgresql redis-sentinel redis-server strace util-linux </dev/null
echo "The lab's packages are there; it also needs go 1.26 or newer."
