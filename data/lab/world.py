"""Everything around the payment gateway, up as long as a ``with`` block runs."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from lab.network import Namespace, joined
from lab.servers import lay_out_libraries, peers, postgres, redis, slow_libraries

LIBRARIES = "libraries"


@contextlib.contextmanager
def world(prefix: Path, delays_ms: Mapping[str, float]) -> Iterator[Namespace]:
    """Bring up network, servers and slow libraries; give the namespace for the gateway.

    Parameters
    ----------
    prefix : Path
        Folder that the gateway and the lab's programs were built below.
    delays_ms : mapping of str to float
        How far and how slow things are.
    """
    tools, state = prefix / "lab" / "bin", prefix / "lab"
    config = json.loads((prefix / "payment_gateway" / "config" / "gateway.json").read_text())
    libraries = state / LIBRARIES
    modules = prefix / "payment_gateway" / "modules" / "proxy"
    lay_out_libraries(libraries, config["openssl"]["search_path"], prefix / LIBRARIES)
    with contextlib.ExitStack() as stack:
        namespace = stack.enter_context(joined(tools / "tunnel", one_way_ms=delays_ms["one_way"]))
        stack.enter_context(postgres(state))
        stack.enter_context(redis(state))
        stack.enter_context(peers(tools / "peers", state, modules, delays_ms))
        mounted = slow_libraries(
            tools / "slowfs", libraries, prefix / LIBRARIES, lookup_ms=delays_ms["lookup"]
        )
        stack.enter_context(mounted)
        yield namespace
