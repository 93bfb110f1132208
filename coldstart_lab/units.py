"""The one place that turns nanoseconds, bytes and shares into text for people."""

from __future__ import annotations

_TIME_STEPS = ((1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "µs"))
_SIZE_STEPS = ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))


def format_ns(nanoseconds: float | None) -> str:
    """Show a time span with three significant digits and the unit that fits it.

    Parameters
    ----------
    nanoseconds : int, float or None
        The span in nanoseconds; None stands for a span nobody measured.

    Returns
    -------
    str
        For example ``"1.23 s"``, ``"45.6 ms"``, ``"789 µs"``, ``"12 ns"`` or ``"n/a"``.

    Examples
    --------
    >>> format_ns(45_600_000)
    '45.6 ms'
    """
    if nanoseconds is None:
        return "n/a"
    sign = "-" if nanoseconds < 0 else ""
    return sign + _scaled(abs(nanoseconds), _TIME_STEPS, "ns")


def format_bytes(size_bytes: float | None) -> str:
    """Show a size with three significant digits in binary units.

    Parameters
    ----------
    size_bytes : int, float or None
        The size in bytes; None stands for an unknown size.

    Returns
    -------
    str
        For example ``"12.0 MiB"``, ``"512 B"`` or ``"n/a"``.

    Examples
    --------
    >>> format_bytes(12 * 1024 * 1024)
    '12.0 MiB'
    """
    if size_bytes is None:
        return "n/a"
    sign = "-" if size_bytes < 0 else ""
    return sign + _scaled(abs(size_bytes), _SIZE_STEPS, "B")


def format_share(share: float | None) -> str:
    """Show a share of a whole as per cent with one decimal.

    Parameters
    ----------
    share : float or None
        The share, 1.0 being the whole.

    Returns
    -------
    str
        For example ``"12.3 %"``; ``"<0.1 %"`` for what is there but would round to nothing.

    Examples
    --------
    >>> format_share(0.1234)
    '12.3 %'
    """
    if share is None:
        return "n/a"
    if 0 < share < 0.0005:
        return "<0.1 %"
    return f"{share * 100:.1f} %"


def _scaled(value: float, steps: tuple[tuple[int, str], ...], unit: str) -> str:
    for step, name in steps:
        # 999.5 of the smaller unit already rounds up to 1.00 of this one
        if value >= step * 0.9995:
            return f"{_three_digits(value / step)} {name}"
    return f"{value:.0f} {unit}"


def _three_digits(value: float) -> str:
    if value >= 99.95:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 9.995 else f"{value:.2f}"
