"""The addresses that calls themselves name: of sockets in their arguments, and of files."""

from __future__ import annotations

import pandas as pd

from coldstart_lab.attribution.masks import as_mask
from coldstart_lab.tables import STRING

_PATH = (
    r"^(?:AT_FDCWD(?:<(?P<cwd>[^>]*)>)?, |\d+(?:<(?P<dir>[^>]*)>)?, )?"
    r'"(?P<path>(?:[^"\\]|\\.)*)"'
)
# Calls whose first string is data, and no path
_NOT_PATHS = (
    "write", "writev", "pwrite64", "pwritev", "pwritev2", "sendto", "sendmsg", "sendmmsg",
    "read", "readv", "pread64", "preadv", "preadv2", "recvfrom", "recvmsg", "recvmmsg",
    "getrandom", "connect", "bind", "accept", "accept4", "getsockname", "getpeername",
    "setsockopt", "getsockopt", "prctl",
)  # fmt: skip
_WITH_ADDRESS = ("connect", "bind", "sendto", "recvfrom", "sendmsg", "recvmsg", "sendmmsg",
                 "recvmmsg")  # fmt: skip
_INET = (
    r"sin6?_port=htons\((?P<port>\d+)\).*?"
    r'(?:inet_addr\("(?P<v4>[^"]+)"\)|inet_pton\(AF_INET6, "(?P<v6>[^"]+)")'
)
_UNIX = r'sun_path=@?"(?P<path>[^"]+)"'
_ZEROS = r"(?:\\0)+$"
_MAPPED = "::ffff:"


def named_subjects(args: pd.Series, syscall: pd.Series) -> pd.Series:
    """Read the address or path that the arguments of each call name.

    Parameters
    ----------
    args, syscall : Series of string, shape (n,)
        Arguments and names of calls, with one index.

    Returns
    -------
    Series of string, shape (n,)
        Such as ``10.0.0.2:53``, ``[::1]:5432``, ``/run/app.sock`` or ``/etc/hosts``; NA for none.
    """
    names = pd.Series(None, index=args.index, dtype=object)
    paths = ~as_mask(syscall.isin(_NOT_PATHS))
    names[paths] = _named_paths(args[paths]).to_numpy()
    addresses = as_mask(syscall.isin(_WITH_ADDRESS))
    names[addresses] = named_addresses(args[addresses]).to_numpy(dtype=object)
    return names.astype(STRING)


def _named_paths(args: pd.Series) -> pd.Series:
    args = args.where(as_mask(args.str.contains('"', regex=False)))
    found = args.dropna().astype(object).str.extract(_PATH).astype(STRING).reindex(args.index)
    folder = found["cwd"].fillna(found["dir"])
    relative = found["path"].notna() & ~as_mask(found["path"].str.startswith("/"))
    joined = folder + "/" + found["path"]
    return found["path"].where(~relative, joined.where(found["path"] != "", folder)).astype(object)


def named_addresses(args: pd.Series) -> pd.Series:
    """Read the socket address that the arguments of each call name; NA for none."""
    text = args.astype(object)
    inet = text.str.extract(_INET).astype(STRING)
    v4 = inet["v4"].fillna(inet["v6"].where(as_mask(inet["v6"].str.startswith(_MAPPED))))
    v4 = v4.str.removeprefix(_MAPPED)
    name = v4.fillna("[" + inet["v6"] + "]") + ":" + inet["port"]
    # a name may be filled with zeros up to its greatest length
    path = text.str.extract(_UNIX)["path"].astype(STRING).str.replace(_ZEROS, "", regex=True)
    return name.fillna(path).astype(STRING)
