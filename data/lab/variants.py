"""The variants of the payment gateway: which switches each sets, and its command."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("payment_gateway.toml")
# how long after the health answer the background begins: 5 s of the case, scaled
BACKGROUND_AFTER = "230ms"


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to start the gateway.

    Attributes
    ----------
    name : str
        Such as ``before``, ``after`` or ``before_assets_prebuilt``.
    switches : mapping of str to str
        A value for each switch.
    late : bool
        Whether it differs from the bad day only after the first health answer.
    """

    name: str
    switches: Mapping[str, str]
    late: bool = False

    def environment(self) -> dict[str, str]:
        """Return the variables that set its switches."""
        others = {
            name: at for name, at in self.switches.items() if name not in ("build", "modules")
        }
        return {
            **{f"GATEWAY_{name.upper()}": value for name, value in others.items()},
            "GATEWAY_BACKGROUND_AFTER": BACKGROUND_AFTER,
        }

    def command(self, prefix: Path, *, state: Path, out: Path) -> list[str]:
        """Return the command that starts it.

        Parameters
        ----------
        prefix : Path
            Where the gateway was built.
        state, out : Path
            Folders for what a start leaves behind, and for its marks; ``{pid}`` is replaced.
        """
        gateway = [str(prefix / "bin" / self.switches["build"] / "gateway"), "-root", str(prefix)]
        gateway += ["-var", str(state), "-out", str(out)]
        modules = self.switches["modules"]
        if modules == "built":
            return gateway
        cache = prefix / "modules" / "preloaded" if modules == "preloaded" else state / "modules"
        entrypoint = [str(prefix / "bin" / "entrypoint"), "-modules", modules, "-out", str(out)]
        entrypoint += ["-source", str(prefix / "modules" / "source")]
        return [*entrypoint, "-cache", str(cache), "-build", str(state / "build"), "--", *gateway]


def read_table() -> dict[str, Any]:
    """Return the table of switches, delays and budgets."""
    return tomllib.loads(TABLE.read_text())


def variants(table: Mapping[str, Any]) -> Iterator[Variant]:
    """Give before, after, and before with each switch in turn at each other value.

    Parameters
    ----------
    table : mapping
        As :func:`read_table` gives it.
    """
    switches = table["switches"]
    before = {name: switch["before"] for name, switch in switches.items()}
    yield Variant("before", before)
    yield Variant("after", {name: switch["after"] for name, switch in switches.items()})
    for name, switch in switches.items():
        for value in switch["values"]:
            if value != switch["before"]:
                label = f"before_{name}_{value}".replace("-", "_")
                yield Variant(label, {**before, name: value}, late=switch.get("late", False))
