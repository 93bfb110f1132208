# ruff: noqa: E501 - the lines are as they are
import shutil
import subprocess
import sys

import pytest

from coldstart_lab.redaction import redact, redact_argv

# ordinary lines of strace 4.x to 7.x, and of what services say
LINES = r"""
openat(AT_FDCWD, "/srv/secrets/token", O_RDONLY) = 3
openat(AT_FDCWD, "/etc/ssl/private/token.go", O_RDONLY|O_CLOEXEC) = -1 ENOENT (No such file or directory)
openat(AT_FDCWD</srv/coldstart>, "/run/secrets/db-password", O_RDONLY) = 4</run/secrets/db-password>
26750 1795432617.005932 read(3</etc/passwd>, "sys:x:3:3:sys:/dev:/usr/sbin/nologin\ndaemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n", 4096) = 900 <0.000017>
read(3</etc/nsswitch.conf>, "# /etc/nsswitch.conf\n#\n\npasswd:         files systemd\ngroup:          files systemd\nshadow:         files\n", 4096) = 500
access("/srv/secrets/token") = 0
write(2</dev/pts/0<char 136:0>>, "open /run/secrets/token: permission denied\n", 43) = 43
stat("/srv/app/.config/credentials", 0x7ffd0a2b1c40) = -1 ENOENT (No such file or directory)
rt_sigaction(SIGCHLD, {sa_handler=SIG_DFL, sa_mask=[], sa_flags=SA_RESTORER, sa_restorer=0x7f7d2c}, NULL, 8) = 0
inotify_add_watch(4, "/etc", IN_MODIFY) = 1
read(4, [{wd=1, mask=IN_CREATE, cookie=0, len=16, name="token"}, {wd=1, mask=IN_MOVED_TO, cookie=1293, len=16, name="x"}], 4096) = 64
futex(0x55d3a8, FUTEX_WAIT_PRIVATE, 0, {tv_sec=0, tv_nsec=9999}) = -1 ETIMEDOUT (Connection timed out)
[pid 17801] mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f1b3c000000
clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|CLONE_CHILD_SETTID|SIGCHLD, child_tidptr=0x7f0) = 17803
connect(5<TCP:[450835]>, {sa_family=AF_INET, sin_port=htons(5432), sin_addr=inet_addr("127.0.0.1")}, 16) = -1 EINPROGRESS (Operation now in progress)
connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110) = -1 ENOENT (No such file or directory)
getsockopt(3, SOL_SOCKET, SO_COOKIE, [4097], [8]) = 0
setsockopt(3, SOL_SOCKET, SO_PASSCRED, [1], 4) = 0
recvmsg(5, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="Z\0\0\0\5I", iov_len=8192}], msg_iovlen=1, msg_controllen=0, msg_flags=0}, 0) = 6
sendto(5, "\0\0\0T\0\3\0\0user\0app\0database\0shop\0client_encoding\0UTF8\0\0", 84, MSG_NOSIGNAL, NULL, 0) = 84
read(3, "\177ELF\2\1\1\3\0\0\0\0\0\0\0\0\3\0>\0\1\0\0\0p\205\2\0\0\0\0\0"..., 832) = 832
write(4, "p\0\0\0\0\0\0\0\0\0\0\0", 12) = 12
write(4, "\1\0\0\0\0\0\0\0", 8) = 8
read(5, "I\0\0\0\n8.0.36\0\10\0\0\0", 4096) = 77
sendto(6, "*1\r\n$4\r\nping\r\n", 14, 0, NULL, 0) = 14
sendto(6, "*2\r\n$3\r\nGET\r\n$5\r\nauthn\r\n", 14, 0, NULL, 0) = 14
sendto(4, "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: Go-http-client/1.1\r\nAccept-Encoding: gzip\r\n\r\n", 95, 0, NULL, 0) = 95
write(4, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nDate: Mon, 23 Nov 2026 10:00:00 GMT\r\n\r\n{\"status\":\"ok\",\"tokens\":3}", 120) = 120
write(1, "{\"level\":\"info\",\"msg\":\"token cache warmed\",\"count\":12}\n", 52) = 52
memfd_secret(0) = 3
execve("/usr/bin/git", ["git", "clone", "https://git.local:8443/x/@v/list", "-u", "1000:1000"], 0x7ffd /* 12 vars */) = 0
execve("/usr/bin/docker", ["docker", "run", "--user", "1000:1000", "--password-file", "/run/secrets/pw"], 0x7ffd) = 0
strace: Process 17802 attached
--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=21103, si_uid=0, si_status=0, si_utime=0, si_stime=0} ---
+++ exited with 0 +++
<... read resumed>"z", 1) = 1 <0.030299>
bpf(BPF_PROG_LOAD, {prog_type=BPF_PROG_TYPE_SOCKET_FILTER, insn_cnt=2, prog_token_fd=0}, 148) = 3
PWD=/srv/coldstart OLDPWD=/srv PATH=/usr/bin
POSTGRES_PASSWORD_FILE=/run/secrets/postgres-password
listening on http://127.0.0.1:8080 and postgres://db.local:5432/shop
--- PASS: TestLogin (0.00s)
parse /srv/app/token.go:45:3: unexpected newline
docker.io/library/redis:7@sha256:0123456789abcdef
goroutine 1 [running]: main.main() /srv/app/main.go:12 +0x1d
password: null, secret=none, "token": true
std::token::parse and token_count=12 max_token_length: 64
WWW-Authenticate: Bearer realm="shop"
mail bob@example.org or see https://example.org/@bob
""".strip().split("\n")


@pytest.mark.parametrize("line", LINES)
def test_ordinary_lines_stay(line):
    assert redact(line) == line
    assert redact(f"{line}\n{line}\n") == f"{line}\n{line}\n"


def test_all_lines_together_stay():
    text = "\n".join(LINES)
    assert redact(text) == text


def test_ordinary_arguments_stay():
    argv = ["/srv/coldstart/service", "-addr", "127.0.0.1:8080", "--config=/etc/token.yaml", "a=b"]
    assert redact_argv(argv) == argv


@pytest.mark.needs("strace")
def test_a_fresh_recording_stays(tmp_path):
    log = tmp_path / "log"
    program = [sys.executable, "-c", "import json, ssl, socket; print(json.dumps({'ok': 1}))"]
    subprocess.run(
        [shutil.which("strace"), "-f", "-ttt", "-T", "-yy", "-o", log, *program],
        check=True,
        capture_output=True,
        env={"PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    text = log.read_text(errors="surrogateescape")
    changed = [line for line in text.splitlines() if redact(line) != line]
    assert len(text.splitlines()) > 200
    assert changed == []
