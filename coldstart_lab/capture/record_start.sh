#!/bin/sh
# Records one start of a program under strace, in a container without Python. It needs sh, strace
# and the usual small tools (busybox has them all), and curl or wget if READY_URL is given.
#
#   OUT=recording READY_URL=http://127.0.0.1:8080/healthz sh record_start.sh PROGRAM [ARGS]...
#
# READY_URL, READY_PORT (a TCP port of this machine) or READY_TEXT (grep -E, searched in the output)
# says when the program is ready; with none it runs to its own end. TIMEOUT, SETTLE and GRACE are
# seconds: to wait for it, to let it run on, and between SIGTERM and SIGKILL. VARIANT names it.
# Arguments are kept in strace.log only; of the environment, the names alone are kept.
set -u
: "${OUT:=recording}" "${TIMEOUT:=60}" "${SETTLE:=1}" "${GRACE:=10}"
: "${READY_URL:=}" "${READY_PORT:=}" "${READY_TEXT:=}" "${VARIANT:=}"

fail() {
    printf '%s\n' "record_start.sh: $1" >&2
    exit 2
}

# Where date gives no nanoseconds (most builds of busybox), the instant a second begins is found
# once, and hundredths are counted from there; slack_ns is what that may be wrong by.
set_clock() {
    slack_ns=0
    case $(date +%s%N) in ???????????????????) return ;; esac
    slack_ns=20000000
    before_s=$(date +%s)
    zero_s=$before_s
    while [ "$zero_s" = "$before_s" ]; do zero_s=$(date +%s); done
    zero_up=$(uptime_hundredths)
}

uptime_hundredths() {
    read -r up _ </proc/uptime
    printf '%s\n' "${up%.*}${up#*.}"
}

now() {
    if [ "$slack_ns" -eq 0 ]; then
        date +%s%N
    else
        echo $((zero_s * 1000000000 + ($(uptime_hundredths) - zero_up) * 10000000))
    fi
}

pause() {
    sleep "$1" 2>/dev/null || sleep 1
}

json() {
    printf '"%s"' "$(printf '%s' "$1" | LC_ALL=C tr -cd '\40-\176' | sed 's/\\/\\\\/g; s/"/\\"/g')"
}

listens() {
    grep -Eqi "^ *[0-9]+: [0-9A-F]+:$(printf '%04X' "$1") [0-9A-F]+:0000 0A " \
        /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

# The kernel's table of sockets is asked first, so that nothing touches the service before it listens.
url_answers() {
    [ -z "$url_port" ] || listens "$url_port" || return 1
    if command -v curl >/dev/null; then
        said=$(curl -sk -o /dev/null -m "$TIMEOUT" -w '%{http_code} from %{local_ip}:%{local_port}' \
            "$READY_URL")
        case $said in 2*) ;; *) return 1 ;; esac
    else
        wget -q -O /dev/null -T "$TIMEOUT" "$READY_URL" 2>/dev/null || return 1
        said=2xx
    fi
    detail="GET $url_shown -> $said"
}

is_ready() {
    if [ -n "$READY_URL" ]; then
        url_answers
    elif [ -n "$READY_PORT" ]; then
        detail="port $READY_PORT listens"
        listens "$READY_PORT"
    else
        detail="text:$READY_TEXT"
        grep -Eq -e "$READY_TEXT" "$OUT/stdout.txt" "$OUT/stderr.txt"
    fi
}

# Every process that strace traces: strace ends when the last of them has.
traced() {
    grep -l "^TracerPid:[[:space:]]*$tracer\$" /proc/[0-9]*/status 2>/dev/null |
        sed 's/[^0-9]//g'
}

end_program() {
    kill -TERM "$program" 2>/dev/null && echo SIGTERM >"$OUT/.signal"
    ticks=$((GRACE * 20))
    while [ "$ticks" -gt 0 ] && [ -d "/proc/$program" ]; do
        pause 0.05
        ticks=$((ticks - 1))
    done
    [ ! -d "/proc/$program" ] || echo SIGKILL >"$OUT/.signal"
    pause 0.1
    rest=$(traced)
    while [ -n "$rest" ]; do
        # shellcheck disable=SC2086 # a list of numbers, to be split
        kill -KILL $rest 2>/dev/null
        pause 0.05
        rest=$(traced)
    done
}

# Runs beside the program: sees it ready, ends it, and leaves what it saw in small files.
watch() {
    while [ ! -s "$OUT/strace.log" ]; do
        [ ! -e "$OUT/.ended" ] || return
        pause 0.01
    done
    program=$(sed -n '1s/^\([0-9]*\).*/\1/p' "$OUT/strace.log")
    tracer=$(sed -n 's/^TracerPid:[[:space:]]*//p' "/proc/$program/status" 2>/dev/null)
    [ "${tracer:-0}" -gt 0 ] || return
    until_s=$(($(date +%s) + TIMEOUT))
    failed_ns=$exec_ns
    while [ "$(date +%s)" -lt "$until_s" ]; do
        look_ns=$(now)
        if [ -n "$READY_URL$READY_PORT$READY_TEXT" ] && is_ready; then
            ready_ns=$(($(now) + slack_ns))
            printf '%s\n' "$ready_ns" $((ready_ns - failed_ns + slack_ns)) "$detail" >"$OUT/.ready"
            pause "$SETTLE"
            break
        fi
        failed_ns=$look_ns
        [ ! -e "$OUT/.ended" ] || return
        pause 0.01
    done
    [ -s "$OUT/.ready" ] || : >"$OUT/.timeout"
    end_program
}

# As strace finds it: what the shell has built in does not count.
find_program() {
    case $1 in
        */*)
            [ -f "$1" ] && [ -x "$1" ] && printf '%s\n' "$1"
            return
            ;;
    esac
    IFS=:
    for folder in $PATH; do
        if [ -f "${folder:-.}/$1" ] && [ -x "${folder:-.}/$1" ]; then
            printf '%s\n' "${folder:-.}/$1"
            return
        fi
    done
    return 1
}

artefact() {
    size=$(($(wc -c <"$OUT/$2")))
    printf '%s{"kind": "%s", "path": "%s", "sha256": "%s", "size_bytes": %s, "content_bytes": %s}' \
        "$3" "$1" "$2" "$(sha256sum "$OUT/$2" | cut -d' ' -f1)" "$size" "$size"
}

write_manifest() {
    printf '{\n"format": 1,\n"kind": "recording",\n"recording_id": %s,\n"variant": %s,\n' \
        "$(json "$VARIANT-$(date -u +%Y%m%dT%H%M%SZ)-$(od -An -N4 -tx1 /dev/urandom | tr -d ' \n')")" \
        "$(json "$VARIANT")"
    printf '"created": "%s",\n"program": {"argv": [%s], "environment_names": [' \
        "$created" "$(json "$name")"
    # one name a line, whatever the values hold
    tr '\n\000' ' \n' <"/proc/$$/environ" | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/"\1"/p' |
        sort -u | paste -s -d, -
    printf '], "binary": {"path": %s, "sha256": "%s", "size_bytes": %s}},\n' \
        "$(json "$binary")" "$(sha256sum <"$binary" | cut -d' ' -f1)" "$(($(wc -c <"$binary")))"
    printf '"observers": ["strace"],\n"strace": {"version": %s, "arguments": [' "$(json "$version")"
    separator=
    for option in $options; do
        printf '%s%s' "$separator" "$(json "$option")"
        separator=', '
    done
    printf ']},\n"pinned_cpu": null,\n"seccomp_bpf": false,\n"machine": {"kernel": %s, ' \
        "$(json "$(uname -s -r)")"
    printf '"architecture": %s, "cpu_model": %s, "cpus_online": %s},\n' "$(json "$(uname -m)")" \
        "$(json "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | sed 1q)")" \
        "$(grep -c '^processor' /proc/cpuinfo)"
    printf '"tools": {"strace": %s, "record_start.sh": "1"},\n"clock": "unix",\n' "$(json "$version")"
    printf '"milestones": [{"name": "exec", "time_ns": %s, "uncertainty_ns": null, ' "$exec_ns"
    printf '"source": "launcher", "detail": "just before strace was started"}'
    if [ -s "$OUT/.ready" ]; then
        { read -r ready_ns && read -r doubt_ns && read -r detail; } <"$OUT/.ready"
        printf ',\n{"name": "ready", "time_ns": %s, "uncertainty_ns": %s, "source": "probe", ' \
            "$ready_ns" "$doubt_ns"
        printf '"detail": %s}' "$(json "$detail")"
    fi
    printf '],\n"outcome": {"result": "%s", "exit_code": %s, "signal_sent": %s, "seconds": %s},\n' \
        "$result" "$code" "$signal" $((($(now) - exec_ns) / 1000000000))
    printf '"artefacts": ['
    artefact strace strace.log ''
    artefact stdout stdout.txt ', '
    artefact stderr stderr.txt ', '
    printf ']\n}\n'
}

[ $# -gt 0 ] || fail 'there is no program to record; give it as the arguments'
case ${READY_URL:+1}${READY_PORT:+1}${READY_TEXT:+1} in
    11*) fail 'give READY_URL, READY_PORT or READY_TEXT, not more than one' ;;
esac
case $READY_PORT in *[!0-9]*) fail "READY_PORT is no number: $READY_PORT" ;; esac
case $TIMEOUT$GRACE in *[!0-9]*) fail 'TIMEOUT and GRACE are whole seconds' ;; esac
for tool in strace sha256sum od; do
    command -v "$tool" >/dev/null || fail "$tool is not installed"
done
binary=$(find_program "$1") || fail "there is no program $1"
[ ! -e "$OUT" ] || fail "$OUT exists already; name another folder with OUT"
mkdir -p -- "$OUT" || exit 2

name=${1##*/}
: "${VARIANT:=$name}"
version=$(strace -V | sed -n '1s/.*version \([0-9][^ ]*\).*/\1/p')
major=${version%%.*}
minor=${version#*.}
minor=${minor%%[!0-9]*}
release=$((${major:-0} * 100 + ${minor:-0}))
options='-f -ttt -T'
[ "$release" -lt 506 ] || options='-f --absolute-timestamps=format:unix,precision:ns --syscall-times=ns'
[ "$release" -lt 515 ] || options="$options --decode-pids=comm"
options="$options -yy -s 256"
# credentials and queries may be secrets
url_shown=$(printf '%s' "$READY_URL" | sed 's|//[^/@]*@|//|; s|[?#].*||')
url_port=
case $url_shown in
    http*://127.* | http*://localhost* | 'http'*'://[::1]'*)
        url_port=$(printf '%s' "$url_shown" | sed -n 's|^[a-z]*://[^/]*:\([0-9]*\)\(/.*\)\{0,1\}$|\1|p')
        ;;
esac

created=$(date -u +%Y-%m-%dT%H:%M:%SZ)
: >"$OUT/stdout.txt"
: >"$OUT/stderr.txt"
set_clock
exec_ns=$(now)
watch &
watcher=$!
# In front, not behind: what a shell starts behind ignores SIGINT, and so would the program.
# shellcheck disable=SC2086 # options is a list, to be split
{
    # in a shell of its own, so that no shell's word on how it ended mixes with the program's output
    (exec strace $options -o "$OUT/strace.log" -- "$@" \
        </dev/null >"$OUT/stdout.txt" 2>"$OUT/stderr.txt")
    code=$?
} 2>/dev/null
: >"$OUT/.ended"
wait "$watcher"

[ "$code" -le 128 ] || code=$((128 - code))
result=exited
[ ! -e "$OUT/.timeout" ] || result=timeout
[ ! -s "$OUT/.ready" ] || result=ready
signal=null
[ ! -s "$OUT/.signal" ] || signal="\"$(cat "$OUT/.signal")\""
write_manifest >"$OUT/manifest.json"
rm -f "$OUT/.ready" "$OUT/.timeout" "$OUT/.signal" "$OUT/.ended"
printf '%s\n' "Wrote $OUT ($result)"
[ "$result" = ready ] || [ -z "$READY_URL$READY_PORT$READY_TEXT" ] || exit 2
