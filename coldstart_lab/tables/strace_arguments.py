"""Tables of what the arguments of a strace log's calls say."""

from __future__ import annotations

from coldstart_lab.tables.schema import Column, Table

_LINE = Column("line", "int64", "Line of the log the call begins on, counted from 1.")
_SYSCALL = Column("syscall", "category", "Name of the call.")

STRACE_PATHS = Table(
    "strace.paths",
    "One row a path that a call was given.",
    (
        _LINE,
        _SYSCALL,
        Column("argument", "int64", "Which argument it is, counted from 0."),
        Column("path", "string", "The path, decoded; bytes that are no UTF-8 as \\xNN."),
        Column(
            "full_path",
            "string",
            "It below the folder it is relative to; NA where that is not printed (-y).",
            None,
            True,
        ),
        Column("truncated", "bool", "Whether strace printed only its first bytes."),
    ),
)

STRACE_DESCRIPTORS = Table(
    "strace.descriptors",
    "One row a descriptor that a call uses or makes.",
    (
        _LINE,
        _SYSCALL,
        Column("fd", "int64", "Its number."),
        Column("made", "bool", "Whether the call made it: it is there once the call has returned."),
        Column(
            "kind",
            "category",
            "file, device, memfd, pipe, socket, eventfd, epoll, timerfd, signalfd, inotify, "
            "fanotify, io_uring, pidfd or other; NA where not known.",
            None,
            True,
        ),
        Column(
            "target",
            "category",
            "What it stands for as -yy prints it, with ? for what is not known; NA if nothing is.",
            None,
            True,
        ),
        Column("printed", "bool", "Whether strace printed the target (-y), else it was tracked."),
        Column(
            "opened_line", "Int64", "Line of the call that opened it; NA if not seen.", None, True
        ),
    ),
)

STRACE_SOCKETS = Table(
    "strace.sockets",
    "One row a call on a socket, with the addresses of both ends as far as known.",
    (
        _LINE,
        _SYSCALL,
        Column("fd", "int64", "The socket; of accept the new one."),
        Column("family", "category", "AF_INET, AF_INET6, AF_UNIX, AF_NETLINK, ...", None, True),
        Column("protocol", "category", "TCP, UDP, STREAM, DGRAM, ROUTE, ...", None, True),
        Column(
            "local_address",
            "string",
            "Address of this end: of a unix socket its inode, of netlink its port id.",
            None,
            True,
        ),
        Column("local_port", "Int32", "Port of this end.", None, True),
        Column("remote_address", "string", "Address of the other end, likewise.", None, True),
        Column("remote_port", "Int32", "Port of the other end.", None, True),
        Column("path", "string", "Name of a unix socket; with an @ if it is no file.", None, True),
    ),
)

STRACE_BUFFERS = Table(
    "strace.buffers",
    "One row a call with data: the first buffer of it that strace printed.",
    (
        _LINE,
        _SYSCALL,
        Column("data", "binary", "The first bytes, decoded."),
        Column("truncated", "bool", "Whether the buffer holds more bytes than data."),
        Column(
            "size_bytes",
            "Int64",
            "Bytes of all the call's buffers, as far as it transferred them.",
            "bytes",
            True,
        ),
    ),
)

STRACE_SIZES = Table(
    "strace.sizes",
    "One row a call that is given, or returns, a number of bytes.",
    (
        _LINE,
        _SYSCALL,
        Column(
            "requested_bytes", "Int64", "Bytes asked for, or a mapping's length.", "bytes", True
        ),
        Column(
            "transferred_bytes",
            "Int64",
            "Bytes that were read, written or copied; NA for other calls and failures.",
            "bytes",
            True,
        ),
    ),
)
