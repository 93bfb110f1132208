"""What -y and -yy print of a descriptor between angle brackets, taken apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from coldstart_lab.kernels import kernel
from coldstart_lab.readers.strace.arguments.escapes import decode_strings
from coldstart_lab.readers.strace.arguments.splitting import CWD_COMMENT
from coldstart_lab.readers.strace.arguments.text import Bytes, Spans, no_spans, text_of, whole
from coldstart_lab.readers.strace.buffers.spans import intern_spans
from coldstart_lab.readers.strace.grammar.lexer import (
    GREATER,
    LESS,
    number_end,
    skip_annotation,
    starts_with,
)
from coldstart_lab.tables import STRING

_CWD = b"AT_FDCWD"

# The first one that fits; what is between brackets is strace's (util.c, printfd_pid_with_finfo)
_KINDS = (
    ("memfd", r"^/memfd:"),
    ("device", r"<(?:char|block) [0-9]+:[0-9]+>$"),
    ("file", r"^/"),
    ("pipe", r"^pipe:\["),
    ("socket", r"^(?:[A-Z][A-Z-]*(?:Lite)?(?:v6)?|socket):\["),
    ("eventfd", r"^(?:anon_inode:\[eventfd\]|\{eventfd-)"),
    ("epoll", r"^anon_inode:\[eventpoll\]"),
    ("timerfd", r"^(?:anon_inode:\[timerfd\]|\{timerfd|timerfd:)"),
    ("signalfd", r"^(?:anon_inode:\[signalfd\]|signalfd:)"),
    ("inotify", r"^anon_inode:\[?inotify"),
    ("fanotify", r"^anon_inode:\[fanotify"),
    ("io_uring", r"^anon_inode:\[io_uring"),
    ("pidfd", r"^(?:anon_inode:\[pidfd|pid:)"),
    ("other", r""),
)
KINDS = tuple(dict.fromkeys(name for name, _ in _KINDS))

_SOCKET = r"(?s)^(?P<protocol>[A-Z][A-Z-]*(?:Lite)?)(?P<six>v6)?:\[(?P<inside>.*)\]$"
_END = r"(?:\[(?P<{0}6>[^\]]*)\]|(?P<{0}>[0-9.?]*)):(?P<{0}_port>[0-9?]+)"
_INTERNET = "^" + _END.format("local") + "(?:->" + _END.format("remote") + ")?$"
_UNIX = r'(?s)^(?P<local>[0-9?]+)(?:->(?P<remote>[0-9?]+))?(?:,(?P<at>@?)"(?P<path>.*)")?$'
_NETLINK = r"^(?P<protocol>[A-Z_0-9]+):(?P<local>[0-9?]+)$"
_UNKNOWN = ("", "?")


def annotation_spans(data: Bytes, spans: Spans) -> Spans:
    """Find the annotation that each span begins with, after a number, AT_FDCWD or nothing.

    Parameters
    ----------
    data : array of uint8
        The bytes the spans refer to.
    spans : Spans, n rows
        Where the descriptors are.

    Returns
    -------
    Spans, n rows
        What is between the angle brackets.
    """
    found = no_spans(len(spans.start))
    _annotation_spans(data, *spans, *found)
    return found


@kernel
def _annotation_spans(data: Any, start: Any, length: Any, begins: Any, lengths: Any) -> None:
    for row in range(len(start)):
        stop = start[row] + length[row]
        i = number_end(data, start[row], stop)
        if i < 0:
            i = start[row]
            if starts_with(data, i, stop, _CWD):
                i += len(_CWD)
        elif starts_with(data, i, stop, CWD_COMMENT):
            i += len(CWD_COMMENT)
        if i >= stop or data[i] != LESS:
            continue
        close = skip_annotation(data, i, stop)
        if data[close - 1] == GREATER and close > i + 2:
            begins[row] = i + 1
            lengths[row] = close - i - 2


def printed_targets(data: Bytes, spans: Spans) -> pd.Categorical:
    """Read the annotations of many descriptors.

    Parameters
    ----------
    data : array of uint8
        The bytes the spans refer to.
    spans : Spans, n rows
        Where the descriptors are.

    Returns
    -------
    Categorical, n rows
        The text between the angle brackets, decoded; NA where there is none.
    """
    raw = intern_spans(data, *annotation_spans(data, spans))
    text = text_of(pd.Series(raw.categories))
    decoded = decode_strings(text.data, whole(text), quoted=False)
    codes, names = pd.factorize(pd.Index(decoded.text()))
    return pd.Categorical.from_codes(np.append(codes, -1)[raw.codes], names)


def kinds_of(annotation: Any) -> Any:
    """Say what each annotation is of: one of ``KINDS``.

    Parameters
    ----------
    annotation : Index or array of string, n rows
        The text between the angle brackets.

    Returns
    -------
    Categorical, n rows
        Its kind; NA where the text is.
    """
    text = pa.array(annotation, type=pa.large_string())
    fits = [pc.match_substring_regex(text, pattern) for _, pattern in _KINDS]
    first = np.argmax([np.asarray(fit.fill_null(False)) for fit in fits], axis=0)
    first[np.asarray(text.is_null())] = -1
    return pd.Categorical.from_codes(first, pd.Index(KINDS, dtype=str))


def socket_ends(annotation: Any) -> pd.DataFrame:
    r"""Take the annotations of sockets apart.

    Parameters
    ----------
    annotation : Index or array of string, n rows
        Such as ``TCP:[127.0.0.1:45076->127.0.0.1:80]`` or ``UNIX-STREAM:[12->13,"/run/x"]``.

    Returns
    -------
    DataFrame, n rows
        Strings ``family``, ``protocol``, ``local_address``, ``local_port``, ``remote_address``,
        ``remote_port``, ``path`` (with an ``@`` before it if it is no file's); NA for what it does
        not say.
    """
    text = pa.array(annotation, type=pa.large_string())
    outer = match_groups(text, _SOCKET)
    inside = outer["inside"]
    internet, unix, netlink = (match_groups(inside, form) for form in (_INTERNET, _UNIX, _NETLINK))
    protocol = outer["protocol"]
    is_unix = pc.starts_with(protocol, "UNIX").fill_null(False)
    is_netlink = pc.equal(protocol, "NETLINK").fill_null(False)
    six = pc.equal(outer["six"], "v6").fill_null(False)
    inet = pc.if_else(six, "AF_INET6", "AF_INET")
    family = pc.if_else(is_unix, "AF_UNIX", pc.if_else(is_netlink, "AF_NETLINK", inet))
    own = pc.if_else(is_netlink, netlink["local"], _address(internet, "local"))
    own = pc.if_else(is_unix, unix["local"], own)
    peer = pc.if_else(is_unix, unix["remote"], _address(internet, "remote"))
    short = pc.replace_substring_regex(protocol, "^UNIX-?", "")
    columns = {
        "family": pc.if_else(protocol.is_null(), None, family),
        "protocol": pc.if_else(is_netlink, netlink["protocol"], short),
        "local_address": own,
        "local_port": internet["local_port"],
        "remote_address": peer,
        "remote_port": internet["remote_port"],
        "path": pc.if_else(is_unix, joined_text(unix["at"], unix["path"]), None),
    }
    return pd.DataFrame({name: known(column) for name, column in columns.items()})


def _address(groups: dict[str, Any], end: str) -> Any:
    return pc.coalesce(_empty_as_null(groups[f"{end}6"]), groups[end])


def match_groups(text: Any, pattern: str) -> dict[str, Any]:
    """Match every text; return its named groups, null where a text does not match."""
    found = pc.extract_regex(text, pattern)
    return {field.name: pc.struct_field(found, field.name) for field in found.type}


def _empty_as_null(column: Any) -> Any:
    return pc.if_else(pc.equal(column, ""), None, column)


def joined_text(first: Any, second: Any) -> Any:
    """Put the texts of two Arrow columns together."""
    return pc.binary_join_element_wise(first, second, pa.scalar("", pa.large_string()))


def known(column: Any) -> pd.Series:
    """Return an Arrow column as strings; NA where it is empty or strace's ``?``."""
    unknown = pc.is_in(column, value_set=pa.array(_UNKNOWN, type=column.type))
    column = pc.if_else(unknown, pa.scalar(None, column.type), column)
    return pd.Series(pa.chunked_array([column.cast(pa.large_string())]), dtype=STRING)
