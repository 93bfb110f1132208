"""Addresses of sockets in arguments: ``{sa_family=AF_INET, sin_port=htons(53), ...}``."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from coldstart_lab.readers.strace.arguments.annotations import joined_text, known, match_groups
from coldstart_lab.readers.strace.arguments.escapes import decode_strings
from coldstart_lab.readers.strace.arguments.text import Bytes, Spans

# -X verbose puts names, and what numbers stand for, into comments behind them
_OPEN = r"(?s)^\{sa_family=(?:0x[0-9a-f]+ /\* )?"
_NAMED = r"(?: \*/)?, "
_BYTES = r'(?:".*?" /\* )?'
_INET = (
    _OPEN + "AF_INET" + _NAMED + "sin_port=" + _BYTES + r"htons\((?P<port>[0-9]+)\)" + _NAMED
    + "sin_addr=" + _BYTES + r'inet_addr\("(?P<address>[^"]*)"\)'
)  # fmt: skip
_INET6 = (
    _OPEN + "AF_INET6" + _NAMED + "sin6_port=" + _BYTES + r"htons\((?P<port>[0-9]+)\)" + _NAMED
    + r'.*?inet_pton\(AF_INET6, "(?P<address>[^"]*)"'
)  # fmt: skip
_UNIX = _OPEN + "AF_(?:UNIX|LOCAL)" + _NAMED + r'sun_path=(?P<at>@?)"(?P<path>.*)"\}$'
_NETLINK = _OPEN + "AF_NETLINK" + _NAMED + r"(?:nl_pad=[^,]*, )?nl_pid=(?P<address>-?[0-9]+)"
_FAMILY = _OPEN + "(?P<family>AF_[A-Z0-9_]+)"


def addresses_at(data: Bytes, spans: Spans) -> pd.DataFrame:
    """Read the address each span begins with.

    Parameters
    ----------
    data : array of uint8
        The bytes the spans refer to.
    spans : Spans, n rows
        Where the structures are.

    Returns
    -------
    DataFrame, n rows
        Strings ``family``, ``address``, ``port`` and ``path`` (with an ``@`` before it if it is no
        file's); NA for what the structure does not say.
    """
    struct = decode_strings(data, spans, quoted=False).text()  # -xx: addresses are strings as well
    text = pa.array(struct, type=pa.large_string())
    inet, inet6, unix, netlink = (
        match_groups(text, form) for form in (_INET, _INET6, _UNIX, _NETLINK)
    )
    return pd.DataFrame(
        {
            "family": known(match_groups(text, _FAMILY)["family"]),
            "address": known(pc.coalesce(inet["address"], inet6["address"], netlink["address"])),
            "port": known(pc.coalesce(inet["port"], inet6["port"])),
            "path": known(joined_text(unix["at"], unix["path"])),
        }
    )
