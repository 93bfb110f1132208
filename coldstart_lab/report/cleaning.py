"""Everything that came from a program or its log passes here before it reaches a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from coldstart_lab.redaction import printable, redact
from coldstart_lab.tables import STRING

if TYPE_CHECKING:
    from collections.abc import Iterable

_ELLIPSIS = "…"
# No page shows more of one text than this, so no more of it need be looked at
_MOST_READ = 1 << 13


def clean(text: object, limit: int = 200) -> str:
    """Redact secrets, make control characters visible, and cut to size, in this order.

    Parameters
    ----------
    text : object
        Text of unknown origin; NA and None become an empty text.
    limit : int
        Greatest length of the result, in characters.

    Returns
    -------
    str
        Text that is safe to show once it is escaped for its page.
    """
    if not isinstance(text, str):
        return ""
    # lone surrogates stand for bytes that are no UTF-8 and can be written to no page
    whole = text[:_MOST_READ].encode("utf-8", "backslashreplace").decode("utf-8")
    shown = printable(redact(whole))
    return shown if len(shown) <= limit else shown[: limit - 1] + _ELLIPSIS


def clean_columns(frame: pd.DataFrame, columns: Iterable[str], limit: int = 200) -> pd.DataFrame:
    """Clean text columns of a table, each different text once.

    Parameters
    ----------
    frame : DataFrame
        Any table.
    columns : iterable of str
        Columns of text or categories.
    limit : int
        Greatest length of a text.

    Returns
    -------
    DataFrame
        A copy in which these columns hold cleaned text (Arrow strings; NA stays NA).
    """
    cleaned = {}
    for name in columns:
        codes, uniques = pd.factorize(frame[name])
        texts = pd.array([clean(str(text), limit) for text in uniques], dtype=STRING)
        cleaned[name] = pd.Series(texts, dtype=STRING).reindex(codes).set_axis(frame.index)
    return frame.assign(**cleaned)


def clean_tree(value: Any, limit: int = 200) -> Any:
    """Clean every text of a JSON value, keys included.

    Parameters
    ----------
    value : object
        What ``json.load`` gives.
    limit : int
        Greatest length of a text.

    Returns
    -------
    object
        The same with cleaned texts.
    """
    if isinstance(value, str):
        return clean(value, limit)
    if isinstance(value, dict):
        return {clean(str(key), limit): clean_tree(item, limit) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean_tree(item, limit) for item in value]
    return value


def numbered(names: pd.Series[str], noun: str) -> pd.Series[str]:
    """Give names numbers in their place, for pages that must hold none of their text.

    Parameters
    ----------
    names : Series of str
        The names.
    noun : str
        What stands before a number.

    Returns
    -------
    Series of str
        ``span 1`` for the first name and wherever it comes again.
    """
    codes, _ = pd.factorize(names)
    return pd.Series([f"{noun} {code + 1}" for code in codes], index=names.index, dtype=STRING)
