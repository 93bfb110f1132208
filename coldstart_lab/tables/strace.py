"""Tables a strace log is read into."""

from __future__ import annotations

from coldstart_lab.tables.schema import Column, Table

STRACE_EVENTS = Table(
    "strace.events",
    "One row an event: a system call (its unfinished and resumed lines joined), signal or exit.",
    (
        Column("line", "int64", "Line of the log the event begins on, counted from 1."),
        Column("offset", "int64", "Byte of the uncompressed log that line begins at.", "bytes"),
        Column("pid", "Int32", "Thread id; NA in a log of one process without ids.", None, True),
        Column("comm", "category", "Thread name as strace printed it (-Y).", None, True),
        Column(
            "start_ns",
            "Int64",
            "Entry, on the clock that summary names; NA without times.",
            "ns",
            True,
        ),
        Column(
            "duration_ns", "Int64", "Time inside the call (-T, or from its two lines).", "ns", True
        ),
        Column("kind", "category", "syscall, signal, exit, killed or superseded."),
        Column(
            "syscall", "category", "Name of the call; of the signal for other kinds.", None, True
        ),
        Column(
            "args", "string", "Arguments as printed, without the outer parentheses.", None, True
        ),
        Column(
            "retval", "Int64", "Return value (64 bits, signed); exit code for exit.", None, True
        ),
        Column(
            "retval_text",
            "string",
            "What follows or replaces the number: '?', an annotation, '(Timeout)'.",
            None,
            True,
        ),
        Column("errno", "category", "Error name such as ENOENT.", None, True),
        Column(
            "flags",
            "category",
            "Of injected, delayed, restarted, truncated, unfinished; joined by '|'; NA for none.",
            None,
            True,
        ),
    ),
)

STRACE_SUMMARY = Table(
    "strace.summary",
    "What was read, counted; every line of the log is in exactly one item that begins 'lines:'.",
    (
        Column("item", "string", "What is counted."),
        Column("count", "int64", "How many."),
    ),
)

STRACE_LOSSES = Table(
    "strace.losses",
    "What was not understood: one row a line, a resumed call without its begin among them.",
    (
        Column("line", "int64", "Line of the log, counted from 1."),
        Column("offset", "int64", "Byte of the uncompressed log it begins at.", "bytes"),
        Column("reason", "category", "Why it is here."),
        Column("text", "string", "The line itself, its first 4096 bytes."),
    ),
)

STRACE_STACKS = Table(
    "strace.stacks",
    "One row a frame of the stacks that -k and -kk print below a call or signal.",
    (
        Column("line", "int64", "Line of the log, counted from 1."),
        Column(
            "event_line",
            "Int64",
            "Line of the event in strace.events it belongs to; NA if that was not understood.",
            None,
            True,
        ),
        Column("depth", "Int32", "0 for the innermost frame of its stack."),
        Column("module", "category", "File the code is from.", None, True),
        Column("symbol", "category", "Function, as strace demangled it.", None, True),
        Column("symbol_offset", "UInt64", "Bytes from its begin.", "bytes", True),
        Column("address", "UInt64", "Address in the file, as strace printed it.", None, True),
        Column("source_file", "category", "Source file (-kk).", None, True),
        Column("source_line", "Int32", "Line of that file (-kk).", None, True),
        Column(
            "error", "category", "What strace says where it could not name a frame.", None, True
        ),
    ),
)

STRACE_DUMPS = Table(
    "strace.dumps",
    "One row a buffer that -e read= or -e write= dumped below a call.",
    (
        Column("line", "int64", "Line of the log the dump begins on, counted from 1."),
        Column(
            "event_line",
            "Int64",
            "Line of the event in strace.events it belongs to; NA if that was not understood.",
            None,
            True,
        ),
        Column("message", "Int32", "Which message of sendmmsg or recvmmsg.", None, True),
        Column("buffer", "Int32", "Which of the buffers of writev and its like.", None, True),
        Column("offset_bytes", "int64", "Where in the buffer data begins; 0 if whole.", "bytes"),
        Column(
            "size_bytes",
            "int64",
            "Size strace named, else of what it dumped; data is shorter where it could not look.",
            "bytes",
        ),
        Column("data", "binary", "The bytes."),
    ),
)

STRACE_COUNTS = Table(
    "strace.counts",
    "One row a system call of the tables that -c and -C write; their totals are left out.",
    (
        Column("line", "int64", "Line of the log, counted from 1."),
        Column("table", "Int32", "Which of the log's tables, from 0."),
        Column(
            "personality",
            "category",
            "The mode it counts, such as '32 bit'; NA: native.",
            None,
            True,
        ),
        Column("syscall", "category", "Name of the call."),
        Column("calls", "Int64", "How often it returned.", None, True),
        Column("errors", "Int64", "How often it failed.", None, True),
        Column("time_percent", "float64", "Share of the time of all calls.", "%", True),
        Column("total_ns", "Int64", "System time in it; with -w wall-clock time.", "ns", True),
        Column("average_ns", "Int64", "The same a call, cut to whole us.", "ns", True),
        Column("min_ns", "Int64", "The same in its shortest call.", "ns", True),
        Column("max_ns", "Int64", "The same in its longest call.", "ns", True),
        Column("wall_total_ns", "Int64", "Wall-clock time in it.", "ns", True),
        Column("wall_average_ns", "Int64", "The same a call, cut to whole us.", "ns", True),
        Column("wall_min_ns", "Int64", "The same in its shortest call.", "ns", True),
        Column("wall_max_ns", "Int64", "The same in its longest call.", "ns", True),
    ),
)

STRACE_MESSAGES = Table(
    "strace.messages",
    "One row a message of strace itself, such as 'strace: Process 12 attached'.",
    (
        Column("line", "int64", "Line of the log, counted from 1."),
        Column("pid", "Int32", "Thread it is about, or before which it stands.", None, True),
        Column("text", "string", "The message, its first 4096 bytes."),
    ),
)

STRACE_DETAILS = Table(
    "strace.details",
    "One row an event of a log with -n, -i or --secontext: what these put before it.",
    (
        Column("line", "int64", "Line of the log the event begins on, counted from 1."),
        Column(
            "syscall_number", "Int64", "Number of the call (-n); of a signal the last.", None, True
        ),
        Column(
            "instruction_pointer",
            "UInt64",
            "Address of the instruction behind the call (-i); NA where strace could not tell.",
            None,
            True,
        ),
        Column("secontext", "category", "SELinux context of the thread.", None, True),
    ),
)
