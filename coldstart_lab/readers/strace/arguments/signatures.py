"""Which argument of which call is what, counted from 0 (Linux's system calls, as strace prints)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

NONE = -1
Value = TypeVar("Value")


def _each(names: str, value: Value) -> dict[str, Value]:
    return dict.fromkeys(names.split(), value)


# Paths: (the argument with the folder it is relative to, or NONE; the argument with the path)
Place = tuple[int, int]

_FIRST: tuple[Place, ...] = ((NONE, 0),)
_SECOND: tuple[Place, ...] = ((NONE, 1),)
_TWO: tuple[Place, ...] = ((NONE, 0), (NONE, 1))
_AT: tuple[Place, ...] = ((0, 1),)
_TWO_AT: tuple[Place, ...] = ((0, 1), (2, 3))

PATHS: dict[str, tuple[Place, ...]] = {
    **_each(
        "access acct chdir chmod chown chown32 chroot creat execve getxattr lchown lchown32 "
        "lgetxattr listxattr llistxattr lremovexattr lsetxattr lstat lstat64 mkdir mknod oldlstat "
        "oldstat open readlink removexattr rmdir setxattr stat stat64 statfs statfs64 swapoff "
        "swapon truncate truncate64 umount umount2 unlink uselib utime utimes",
        _FIRST,
    ),
    **_each("bind connect inotify_add_watch quotactl", _SECOND),
    **_each("link mount pivot_root rename symlink", _TWO),
    **_each(
        "execveat faccessat faccessat2 fchmodat fchmodat2 fchownat file_getattr file_setattr "
        "fspick fstatat64 futimesat getxattrat listxattrat mkdirat mknodat mount_setattr "
        "name_to_handle_at newfstatat open_tree open_tree_attr openat openat2 readlinkat "
        "removexattrat setxattrat statx unlinkat utimensat",
        _AT,
    ),
    **_each("linkat move_mount renameat renameat2", _TWO_AT),
    "fanotify_mark": ((3, 4),),
    "symlinkat": ((NONE, 0), (1, 2)),
}

# Descriptors a call uses, each an argument of its own
USED: dict[str, tuple[int, ...]] = {
    **_each(
        "accept accept4 bind close connect dup dup2 dup3 epoll_pwait epoll_pwait2 epoll_wait "
        "fadvise64 fallocate fchdir fchmod fchown fcntl fcntl64 fdatasync fgetxattr "
        "finit_module flistxattr flock fremovexattr fsconfig fsetxattr fsmount fstat fstat64 "
        "fstatfs fsync ftruncate ftruncate64 getdents getdents64 getpeername getsockname "
        "getsockopt inotify_add_watch inotify_rm_watch io_uring_enter io_uring_register ioctl "
        "listen _llseek lseek mq_getsetattr mq_notify mq_timedreceive mq_timedreceive_time64 "
        "mq_timedsend mq_timedsend_time64 pidfd_getfd pidfd_send_signal pread64 preadv preadv2 "
        "pwrite64 pwritev pwritev2 read readahead readv recvfrom recvmmsg recvmsg send sendmmsg "
        "sendmsg sendto setns setsockopt shutdown signalfd signalfd4 sync_file_range syncfs "
        "timerfd_gettime timerfd_settime vmsplice write writev",
        (0,),
    ),
    **{name: (places[0][0],) for name, places in PATHS.items() if places == _AT},
    **_each("linkat move_mount renameat renameat2", (0, 2)),
    **_each("sendfile sendfile64 tee", (0, 1)),
    **_each("copy_file_range epoll_ctl splice", (0, 2)),
    **_each("mmap mmap2", (4,)),
    "fanotify_mark": (0, 3),
    "perf_event_open": (3,),
    "symlinkat": (1,),
}

# Descriptors a call uses, in a list such as [{fd=3, events=POLLIN}] or [3 4]
USED_LISTS: dict[str, tuple[int, ...]] = {
    **_each("poll ppoll", (0,)),
    **_each("_newselect pselect6 select", (1, 2, 3)),
}

# Descriptors a call makes, in a list
MADE_LISTS: dict[str, tuple[int, ...]] = {"pipe": (0,), "pipe2": (0,), "socketpair": (3,)}

# Kinds of what a call's return value is a descriptor of
MADE: dict[str, str] = {
    **_each("creat open open_by_handle_at open_tree open_tree_attr openat openat2", "file"),
    **_each("accept accept4 socket", "socket"),
    **_each("eventfd eventfd2", "eventfd"),
    **_each("epoll_create epoll_create1", "epoll"),
    **_each("signalfd signalfd4", "signalfd"),
    **_each("inotify_init inotify_init1", "inotify"),
    **_each("bpf fsmount fsopen fspick landlock_create_ruleset memfd_secret mq_open pidfd_getfd "
                    "perf_event_open seccomp userfaultfd", "other"),
    "fanotify_init": "fanotify",
    "io_uring_setup": "io_uring",
    "memfd_create": "memfd",
    "pidfd_open": "pidfd",
    "timerfd_create": "timerfd",
}  # fmt: skip

# Of these calls only those with one of some words return a descriptor (linux/bpf.h, seccomp(2))
MADE_WITH: dict[str, tuple[bytes, ...]] = {
    "bpf": (
        b"BPF_BTF_GET_FD_BY_ID", b"BPF_BTF_LOAD", b"BPF_ENABLE_STATS", b"BPF_ITER_CREATE",
        b"BPF_LINK_CREATE", b"BPF_LINK_GET_FD_BY_ID", b"BPF_MAP_CREATE", b"BPF_MAP_GET_FD_BY_ID",
        b"BPF_OBJ_GET,", b"BPF_OBJ_GET ",  # not BPF_OBJ_GET_INFO_BY_FD
        b"BPF_PROG_GET_FD_BY_ID", b"BPF_PROG_LOAD", b"BPF_RAW_TRACEPOINT_OPEN", b"BPF_TOKEN_CREATE",
    ),
    "seccomp": (b"SECCOMP_FILTER_FLAG_NEW_LISTENER",),
}  # fmt: skip
# Of these, those without: others return a version (landlock_create_ruleset(2))
MADE_WITHOUT: dict[str, tuple[bytes, ...]] = {
    "landlock_create_ruleset": (b"LANDLOCK_CREATE_RULESET_",),
}
# Closed by an exec without a flag that says so (the manual page of each)
ALWAYS_CLOEXEC: tuple[str, ...] = (
    "bpf", "io_uring_setup", "landlock_create_ruleset", "mq_open", "pidfd_getfd", "pidfd_open",
    "seccomp",
)  # fmt: skip

# Addresses of sockets: the argument, or the field of a message, and whose end it names
REMOTE: dict[str, int] = {
    "accept": 1, "accept4": 1, "connect": 1, "getpeername": 1, "recvfrom": 4, "recvmsg": 1,
    "sendmsg": 1, "sendto": 4,
}  # fmt: skip
LOCAL: dict[str, int] = {"bind": 1, "getsockname": 1}

# Buffers: strings, or vectors of them whose strings are in fields "iov_base="
BUFFERS: dict[str, int] = {
    **_each("pread64 pwrite64 read recv recvfrom send sendto write", 1),
    "getrandom": 0,
}
VECTORS: dict[str, int] = _each(
    "preadv preadv2 process_vm_readv process_vm_writev pwritev pwritev2 readv recvmmsg recvmsg "
    "sendmmsg sendmsg vmsplice writev",
    1,
)

# Bytes asked for; those of vectors are the sum of their fields "iov_len="
REQUESTED: dict[str, int] = {
    **_each(
        "getcwd getrandom ftruncate madvise mincore mlock mlock2 mmap mmap2 mprotect msync munlock "
        "munmap pkey_mprotect truncate",
        1,
    ),
    **_each(
        "getdents getdents64 mremap pread64 pwrite64 read readahead readlink recv recvfrom send "
        "sendto sync_file_range tee write",
        2,
    ),
    **_each("fallocate fgetxattr fsetxattr getxattr lgetxattr lsetxattr readlinkat "
                    "sendfile sendfile64 setxattr", 3),
    **_each("copy_file_range splice", 4),
}  # fmt: skip

# Calls whose return value is a number of bytes
TRANSFERRING: tuple[str, ...] = (
    "copy_file_range", "fgetxattr", "getcwd", "getdents", "getdents64", "getrandom", "getxattr",
    "lgetxattr", "pread64", "preadv", "preadv2", "process_vm_readv", "process_vm_writev",
    "pwrite64", "pwritev", "pwritev2", "read", "readlink", "readlinkat", "readv", "recv",
    "recvfrom", "recvmsg", "send", "sendfile", "sendfile64", "sendmsg", "sendto", "splice", "tee",
    "vmsplice", "write", "writev",
)  # fmt: skip
# Calls that return a number of messages, whose bytes are in fields "msg_len="
MULTIPLE: tuple[str, ...] = ("recvmmsg", "sendmmsg")


def slots(table: Mapping[str, Sequence[int]]) -> list[dict[str, int]]:
    """Turn a table of several arguments a call into tables of one."""
    most = max(map(len, table.values()))
    return [
        {name: found[slot] for name, found in table.items() if len(found) > slot}
        for slot in range(most)
    ]
