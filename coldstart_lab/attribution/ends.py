"""Which ends of pipes and sockets belong together where their names alone do not tell."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from coldstart_lab.attribution.addresses import named_addresses
from coldstart_lab.attribution.lives import Ints
from coldstart_lab.attribution.matching import NOBODY, common_codes
from coldstart_lab.attribution.targets import UNNAMED, on_this_host
from coldstart_lab.readers.strace.arguments.following import Followed


def complete_unix(own: Any, peer: Any, subject: Any) -> None:
    """Name the other ends of UNIX sockets, and what they are called, where one end knows.

    strace prints the other end's inode only once both are there, and the name at one end only.

    Parameters
    ----------
    own, peer, subject : arrays of object, shape (n,)
        Distinct ends; "" for what is not known. Changed in place.
    """
    mine = np.flatnonzero(pd.Series(own).str.startswith("unix ").to_numpy(dtype=bool))
    both = mine[peer[mine] != ""]
    name = np.where(subject[both] == UNNAMED, "", subject[both])
    known = pd.DataFrame({"end": own[both], "other": peer[both], "name": name})
    turned = known.rename(columns={"end": "other", "other": "end"})
    # of several rows of one end the one with a name comes last
    known = pd.concat([known, turned]).sort_values("name").drop_duplicates("end", keep="last")
    found = known.set_index("end").reindex(own[mine])
    there = found["other"].notna().to_numpy()
    peer[mine[there]] = found["other"].to_numpy(dtype=object)[there]
    named = there & (found["name"] != "").to_numpy() & (subject[mine] == UNNAMED)
    subject[mine[named]] = found["name"].to_numpy(dtype=object)[named]


def name_opened(
    family: Any, own: Any, peer: Any, entry: Ints, followed: Followed, listening: Any
) -> None:
    """Name the ends that strace did not print after the calls that opened them.

    Both ends of a pipe or a pair of sockets were made by one call. Connections are accepted in
    the order in which they were asked for.

    Parameters
    ----------
    family, own, peer : arrays of object, shape (n,)
        Distinct ends; "" for what is not known. Changed in place.
    entry : array of int64, shape (n,)
        What was opened; -1 where the log does not show it.
    followed : Followed
        All that was opened in the log.
    listening : array of object
        For each entry made by an accept the address it was listened for at, else "".
    """
    opened = (own == "") & (entry >= 0)
    for name in ("pipe", "eventfd"):
        at = np.flatnonzero(opened & (family == name))
        rows = followed.entries.row[entry[at]]
        own[at] = peer[at] = np.array([f"{name} {row}" for row in rows], dtype=object)
    # of a socket of datagrams the peer's address is known
    at = np.flatnonzero(opened & (family == "socket") & (peer == ""))
    if len(at):
        mate = _mates(followed, listening)[entry[at]]
        own[at] = [f"entry {number}" for number in entry[at]]
        peer[at] = [f"entry {number}" if number >= 0 else "" for number in mate]
        # where the other end's name is known, so is this one's
        told = (entry >= 0) & ~opened & (family == "socket") & (peer != "")
        known = pd.DataFrame({"entry": entry[told], "own": own[told], "peer": peer[told]})
        found = known.drop_duplicates("entry").set_index("entry").reindex(mate)
        there = found["own"].notna().to_numpy()
        own[at[there]] = found["peer"].to_numpy(dtype=object)[there]
        peer[at[there]] = found["own"].to_numpy(dtype=object)[there]


def first_uses(followed: Followed) -> Ints:
    """Return, for each event, the use of the first descriptor among its arguments; -1 for none."""
    return _latest_uses(followed, np.flatnonzero(~followed.uses.made)[::-1])


def last_uses(followed: Followed) -> Ints:
    """Return, for each event, the use of the last descriptor among its arguments; -1 for none."""
    return _latest_uses(followed, np.flatnonzero(~followed.uses.made))


def _latest_uses(followed: Followed, looked: Ints) -> Ints:
    found = np.full(len(followed.calls.events), NOBODY)
    found[followed.uses.row[looked]] = looked
    return found


def _mates(followed: Followed, listening: Any) -> Ints:
    """Return the other end of each socket that was opened; -1 where the log does not tell."""
    calls, entries = followed.calls, followed.entries
    mate = np.full(len(entries.row), NOBODY)
    made = np.flatnonzero(calls.are(entries.row, "socketpair"))
    made = made[np.argsort(entries.row[made], kind="stable")]
    first = np.flatnonzero(entries.row[made[1:]] == entries.row[made[:-1]])
    _join(mate, made[first], made[first + 1])
    connects = calls.named("connect")
    begun = (calls.retval[connects] == 0) | calls.failed_with(connects, "EINPROGRESS")
    connects = connects[begun & (first_uses(followed)[connects] >= 0)]
    client = followed.state.entry[first_uses(followed)[connects]]
    address = named_addresses(calls.events["args"].iloc[connects]).astype(object)
    server = np.flatnonzero(listening != "")
    asked, given = common_codes(
        address.map(on_this_host, na_action="ignore"),
        pd.Series(listening[server], dtype=object).map(on_this_host),
    )
    asks = _in_turn(asked, calls.end[connects], client)
    gives = _in_turn(given, calls.end[entries.row[server]], server)
    # where more are accepted than asked for, somebody outside the log asks as well
    given_once = gives.groupby("key").size()
    few = given_once <= asks.groupby("key").size().reindex(given_once.index, fill_value=0)
    both = asks.merge(gives, on=["key", "turn"])
    both = both[both["key"].isin(few.index[few]) & (both["entry_x"] >= 0)]
    _join(mate, both["entry_x"].to_numpy(), both["entry_y"].to_numpy())
    return mate


def _join(mate: Ints, one: Ints, other: Ints) -> None:
    mate[one], mate[other] = other, one


def _in_turn(key: Ints, time: Ints, entry: Ints) -> pd.DataFrame:
    """Count the rows of each key in order of time."""
    order = np.lexsort((time, key))
    frame = pd.DataFrame({"key": key[order], "entry": entry[order]})
    frame = frame[frame["key"] >= 0]
    return frame.assign(turn=frame.groupby("key").cumcount())
