"""Builds a report and writes it."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import jinja2

import coldstart_lab
from coldstart_lab.attribution import attribute_startup
from coldstart_lab.errors import MissingEvidenceError, UnreadableInputError, UsageError
from coldstart_lab.recording import Recording, open_recording
from coldstart_lab.report.account import account_of
from coldstart_lab.report.cleaning import clean
from coldstart_lab.report.embed import embedded_json
from coldstart_lab.report.evidence import find_evidence
from coldstart_lab.report.facts import Facts, Limits, clean_times
from coldstart_lab.report.registry import sections_for
from coldstart_lab.report.tracercost import tracer_cost
from coldstart_lab.report.waits import waits_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from coldstart_lab.attribution import Attribution

T = TypeVar("T")

MOST_BYTES = 1_500_000
# Each step gives up what a reader misses least, until the page is small enough
_STEPS = (
    Limits(),
    Limits(evidence=3, segments=300, figure_bytes=100_000),
    Limits(evidence=1, segments=50, figure_bytes=0),
    Limits(evidence=0, segments=0, figure_bytes=0),
)


def write_report(
    recording: Recording | str | Path,
    path: str | Path,
    *,
    until: str | None = None,
    log_lines: bool = True,
    force: bool = False,
) -> Path:
    """Write the report on a start: one HTML file that needs nothing else.

    Parameters
    ----------
    recording : Recording or path-like
        The start, or what `open_recording` opens.
    path : path-like
        The file to write.
    until : str, optional
        Milestone to attribute to; the best one known if not given.
    log_lines : bool
        Whether the page may hold text of the log: lines, and the files, addresses and thread names
        taken from them. Secrets are taken out either way.
    force : bool
        Whether to replace a file that is there.

    Returns
    -------
    Path
        The file written; under 1.5 MB.

    Raises
    ------
    UsageError
        If the file exists and ``force`` is not set, or cannot be written.
    MissingEvidenceError
        If the recording holds no strace log, or not the milestone asked for.
    """
    path = Path(path)
    if path.exists() and not force:
        raise UsageError("is there already", path=path, hint="--force replaces it")
    opened = recording if isinstance(recording, Recording) else open_recording(recording)
    page = render_report(opened, until=until, log_lines=log_lines)
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_text(page, encoding="utf-8", newline="\n")
        partial.replace(path)
    except OSError as error:
        message = f"cannot be written: {error.strerror or error}"
        raise UsageError(message, path=path) from error
    return path


def render_report(
    recording: Recording,
    *,
    attribution: Attribution | None = None,
    until: str | None = None,
    log_lines: bool = True,
) -> str:
    """Build the report on a start as text.

    Parameters
    ----------
    recording : Recording
        The start.
    attribution : Attribution, optional
        Its attribution, if it was made already; made here if not given.
    until : str, optional
        Milestone to attribute to, where it is made here.
    log_lines : bool
        As for `write_report`.

    Returns
    -------
    str
        The page.

    Raises
    ------
    MissingEvidenceError
        If the recording holds no strace log, or not the milestone asked for.
    """
    if attribution is None:
        attribution = _attribute(recording, until)
    page = ""
    for limits in _STEPS:
        facts = _gather(recording, attribution, log_lines=log_lines, limits=limits)
        page = _render(facts)
        if len(page.encode("utf-8")) < MOST_BYTES:
            break
    return page


def _attribute(recording: Recording, until: str | None) -> Attribution | None:
    if recording.strace.events["start_ns"].notna().any():
        return attribute_startup(recording, until=until)
    if until is not None:
        raise MissingEvidenceError(
            f"this log holds no times, so nothing in it reaches {until!r}",
            path=recording.path,
            hint="record with strace -f -ttt -T -yy, or coldstart record",
        )
    return None


def _gather(
    recording: Recording, attribution: Attribution | None, *, log_lines: bool, limits: Limits
) -> Facts:
    siblings = recording.siblings
    cost = None if siblings is None else tracer_cost(siblings.members)
    problems: list[str] = []
    waits = _usable(lambda: waits_of(recording, log_lines=log_lines), "requests", problems)
    if attribution is None:
        return Facts(
            recording, log_lines, limits, None, cost=cost, waits=waits, problems=tuple(problems)
        )
    times = clean_times(attribution, log_lines=log_lines)
    account = _usable(lambda: account_of(recording, times, log_lines=log_lines), "spans", problems)
    evidence = find_evidence(
        recording,
        times.segments,
        times.causes,
        per_cause=limits.evidence,
        log_lines=log_lines,
    )
    return Facts(
        recording, log_lines, limits, times, evidence, cost, account, waits, tuple(problems)
    )


def _usable(make: Callable[[], T | None], what: str, problems: list[str]) -> T | None:
    """Make what a page can do without; note why it cannot be had."""
    try:
        return make()
    except UnreadableInputError as error:
        problems.append(f"The program's {what} could not be used: {clean(error.message, 400)}.")
        return None


def _render(facts: Facts) -> str:
    environment = _environment()
    sections: list[dict[str, Any]] = []
    for section in sections_for(facts):
        template = environment.get_template(f"{section.id}.html.j2")
        body = template.render(section.build(facts))
        sections.append({"id": section.id, "title": section.title, "body": body})
    return environment.get_template("page.html.j2").render(
        name=clean(facts.recording.variant),
        version=coldstart_lab.__version__,
        sections=sections,
        log_lines=facts.log_lines,
        data=embedded_json(facts),
    )


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("coldstart_lab.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
