"""The verdict: one or two sentences, and what can be concluded from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coldstart_lab.report.rows import rows_of
from coldstart_lab.report.waits import waits_in_words
from coldstart_lab.units import format_ns, format_share

if TYPE_CHECKING:
    from coldstart_lab.report.facts import Facts, Times

_NAMED = 3
_WORTH_NAMING = 0.05
_MUCH_UNRESOLVED = 0.2
_HEADLINES = {
    "ready": "Ready {time} after exec",
    "answered": "First answer {time} after exec",
    "listening": "Listening {time} after exec",
    "end": "The log ends {time} after exec",
}


def build(facts: Facts) -> dict[str, Any]:
    """Say what the start spent its time on.

    Parameters
    ----------
    facts : Facts
        What the report is made of.

    Returns
    -------
    dict
        ``headline``, ``summary`` and ``conclusions``.
    """
    if facts.times is None:
        return {
            "headline": "This log holds no times",
            "summary": (
                "It shows what was called, what failed and where files were searched, "
                "but not how long anything took."
            ),
            "conclusions": [
                "No duration can be concluded from it, and none is given here. Counts of calls "
                "say what to look at, not what it cost."
            ],
        }
    return {
        "headline": headline(facts.times),
        "summary": summary(facts.times),
        "conclusions": _conclusions(facts, facts.times),
    }


def headline(times: Times) -> str:
    """Name the milestone and when it was passed.

    Parameters
    ----------
    times : Times
        The attribution.

    Returns
    -------
    str
        Such as ``"Ready 1.23 s after exec"``.
    """
    known = _HEADLINES.get(times.until, "Milestone “{name}” {time} after exec")
    return known.format(name=times.until, time=format_ns(times.window_ns))


def summary(times: Times) -> str:
    """Name the largest causes and what is unresolved.

    Parameters
    ----------
    times : Times
        The attribution.

    Returns
    -------
    str
        One sentence.
    """
    if times.causes.empty or not times.window_ns:
        return "Nothing lies between exec and this milestone."
    largest = times.causes.sort_values("duration_ns", ascending=False, kind="stable").head(_NAMED)
    named, flagged = [], False
    for place, row in enumerate(rows_of(largest)):
        if place and row.share < _WORTH_NAMING:
            break
        unsure = 2 * row.unresolved_ns > row.duration_ns
        flagged |= unsure
        went = "went into" if place == 0 else "into"
        mark = " (unresolved)" if unsure else ""
        named.append(f"{format_share(row.share)} {went} {row.cause}{mark}")
    unresolved = times.unresolved_ns / times.window_ns
    if not unresolved:
        return f"{_listed(named)}; nothing is unresolved."
    in_all = "in all " if flagged else ""
    return f"{_listed(named)}; {in_all}{format_share(unresolved)} is unresolved."


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _conclusions(facts: Facts, times: Times) -> list[str]:
    said = [_about_tracer(facts), *_about_rest(facts, times)]
    if times.until == "end":
        said.append(
            "Nothing in the recording shows when the program was ready, so this is the time to the "
            "end of the log: it may hold work that nobody waited for."
        )
    elif times.until in {"listening", "answered"}:
        said.append(
            "No probe was recorded, so readiness is taken from the log itself: a client may have "
            "had to wait longer."
        )
    if times.window_ns and times.unresolved_ns / times.window_ns > _MUCH_UNRESOLVED:
        said.append(
            f"{format_ns(times.unresolved_ns)} could not be traced to a cause the log shows. "
            "It is named by its neighbourhood only; treat it as unexplained."
        )
    return said


def _about_rest(facts: Facts, times: Times) -> list[str]:
    """Say what ran on after the milestone, and who waited for it."""
    said = []
    if facts.account is not None:
        late, parts = facts.account.late, facts.account.comparison.parts
        last = "" if late.empty else format_ns(int(late["end_ns"].max()) - times.start_ns)
        said.append(
            f"{len(late) or 'None'} of the {int((parts['kind'] == 'span').sum())} parts that the "
            f"program notes ran only after “{times.until}”"
            f"{f', the last until {last} after exec' if last else ''}."
        )
    if facts.waits is not None:
        said += waits_in_words(facts.waits.requests)
    return [" ".join(said)] if said else []


def _about_tracer(facts: Facts) -> str:
    cost = facts.cost
    if cost is None:
        return (
            "No untraced start stands beside this one, so it is not known how much of this time is "
            "the tracer's. The order of the large causes can be trusted more than their length."
        )
    traced, untraced = format_ns(cost.traced.median_ns), format_ns(cost.untraced.median_ns)
    if not cost.apart and cost.ratio < 1.1:
        return (
            f"Traced starts were ready after {traced}, untraced ones after {untraced} (medians): "
            "what the tracer cost does not stand out from how much the starts differ. Work made of "
            "many short calls may still be overstated."
        )
    return (
        "This is the start as strace saw it. Untraced, the same program was ready after "
        f"{untraced} instead of {traced} (medians): shares lean towards work made of many short "
        "calls, and no length below may be read as that of an ordinary start."
    )
