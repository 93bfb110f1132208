"""The sections of a report: what each is called, needs, and is built from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from coldstart_lab.report.sections import (
    account,
    completeness,
    counts,
    milestones,
    provenance,
    runs,
    threads,
    verdict,
    waits,
    waterfall,
)
from coldstart_lab.report.sections import causes as causes_section

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from coldstart_lab.report.facts import Facts


@dataclass(frozen=True, slots=True)
class Section:
    """One part of a report.

    Attributes
    ----------
    id : str
        Its anchor in the page and the name of its template, ``templates/<id>.html.j2``.
    title : str
        Its heading.
    needs : frozenset of str
        What the facts must offer (`Facts.offers`) for it to appear.
    build : callable
        ``build(facts)``: the values its template shows.
    """

    id: str
    title: str
    needs: frozenset[str]
    build: Callable[[Facts], Mapping[str, Any]]


_TIMES = frozenset({"times"})
_ANY: frozenset[str] = frozenset()

SECTIONS: tuple[Section, ...] = (
    Section("verdict", "Verdict", _ANY, verdict.build),
    Section("provenance", "What was recorded", _ANY, provenance.build),
    Section("completeness", "How complete it is", _ANY, completeness.build),
    Section("waterfall", "Where the time went, instant by instant", _TIMES, waterfall.build),
    Section("causes", "Causes, with their evidence", _TIMES, causes_section.build),
    Section("threads", "Threads and the critical path", _TIMES, threads.build),
    Section(
        "account",
        "The program's own account",
        frozenset({"times", "account"}),
        account.build,
    ),
    Section("waits", "Who waited after the health answer", frozenset({"waits"}), waits.build),
    Section("milestones", "Milestones", _TIMES, milestones.build),
    Section("counts", "What was called", frozenset({"no times"}), counts.build),
    Section("runs", "The starts of this set", frozenset({"set"}), runs.build),
)


def sections_for(facts: Facts) -> list[Section]:
    """Choose the sections whose needs are met.

    Parameters
    ----------
    facts : Facts
        What the report is made of.

    Returns
    -------
    list of Section
        In the order of the page.
    """
    return [section for section in SECTIONS if section.needs <= facts.offers]
