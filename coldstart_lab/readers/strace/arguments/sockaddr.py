"""Addresses of sockets in arguments: ``{sa_family=AF_INET, sin_port=htons(53), ...}``."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from coldstart_lab.readers.strace.arguments.annotations import joined_text, known, match_groups
from coldstart_lab.readers.strace.arguments.escapes import decode_strings
from coldstart_lab.readers.strace.arguments.text import Bytes, Spans

_INET = (
    r"^\{sa_family=AF_INET, sin_port=htons\((?P<port>[0-9]+)\), "
    r'sin_addr=inet_addr\("(?P<address>[^"]*)"\)'
)
_INET6 = (
    r"^\{sa_family=AF_INET6, sin6_port=htons\((?P<port>[0-9]+)\), .*?"
    r'inet_pton\(AF_INET6, "(?P<address>[^"]*)"'
)
_UNIX = r'(?s)^\{sa_family=AF_(?:UNIX|LOCAL), sun_path=(?P<at>@?)"(?P<path>.*)"\}$'
_NETLINK = r"^\{sa_family=AF_NETLINK, (?:nl_pad=[^,]*, )?nl_pid=(?P<address>-?[0-9]+)"
_FAMILY = r"^\{sa_family=(?P<family>AF_[A-Z0-9_]+)"


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
