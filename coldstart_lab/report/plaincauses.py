"""Names causes without what they took from the log, for pages that must hold none of its text."""

from __future__ import annotations

import re

import pandas as pd

from coldstart_lab.attribution import default_rules

_UNTOLD = "…"
# Names of calls and protocols are words of the kernel and of this package, not of the log
_KEPT = {"syscall": "[a-z0-9_?]+", "protocol": "[A-Za-z0-9/ -]+?"}


def without_log_text(segments: pd.DataFrame) -> pd.DataFrame:
    """Replace names of files, peers and programs in causes by an ellipsis.

    Parameters
    ----------
    segments : DataFrame
        Table ``attribution.segments``.

    Returns
    -------
    DataFrame
        A copy whose causes are those of the rules: ``TLS handshake with …``. A cause no rule of
        the package could have named is called after its own rule.
    """
    patterns = [(_pattern(text), text) for text in default_rules()["cause"]]
    pairs = pd.MultiIndex.from_frame(segments[["rule", "cause"]].astype(str))
    codes, distinct = pd.factorize(pairs)
    names = pd.Series(
        [_plain_name(rule, cause, patterns) for rule, cause in distinct], dtype=object
    )
    return segments.assign(cause=pd.Categorical(names.to_numpy()[codes]))


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", template)
    fields = [
        f"(?P<{part}>{_KEPT[part]})" if part in _KEPT else ".*" if place % 2 else re.escape(part)
        for place, part in enumerate(parts)
    ]
    return re.compile("".join(fields), re.DOTALL)


def _plain_name(rule: str, cause: str, patterns: list[tuple[re.Pattern[str], str]]) -> str:
    for pattern, template in patterns:
        match = pattern.fullmatch(cause)
        if match is not None:
            return _filled(template, match.groupdict())
    return f"rule {rule}"


def _filled(template: str, known: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda field: known.get(field[1]) or _UNTOLD, template)
