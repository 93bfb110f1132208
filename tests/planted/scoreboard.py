"""The scoreboard: programs run, attributed and scored several times, beside naive methods."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from coldstart_lab.attribution import Attribution, attribute_events
from coldstart_lab.readers.strace import StraceLog, read_strace
from coldstart_lab.recording.milestones import end_ns, find_exec, find_text, merge_milestones
from planted import naive
from planted.scoring import Score, attributed, is_exact, score, score_sums

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from planted.programs import Program
    from planted.running import Run

NAIVE = ("all calls", "main thread", "strace -c")
_HEAD = (
    f"{'program':16} {'window':>8} {'unmarked':>8}  {'score':>7} {'least':>7} {'most':>7}  "
    f"{'worst cause':30} {'unresolved':>10} {'at word':>7} {'sums':>5}  "
    + " ".join(f"{name:>11}" for name in NAIVE)
)


@dataclass(frozen=True)
class Scored:
    """One run, scored.

    Attributes
    ----------
    run : Run
        The run.
    strict : Score
        Its attribution's score; time on which there is no evidence is blamed on nothing.
    at_its_word : Score
        The same, but unresolved time is taken for what the attribution calls it.
    unresolved : float
        Share of the attribution's window that it calls unresolved itself.
    exact : bool
        Whether its segments tile its window to the nanosecond.
    naive : dict of str to Score
        The scores of ``NAIVE``.
    """

    run: Run
    strict: Score
    at_its_word: Score
    unresolved: float
    exact: bool
    naive: dict[str, Score]


def attribute_run(run: Run) -> tuple[Attribution, StraceLog]:
    """Attribute a traced run up to the instant it says that it is ready.

    Raises
    ------
    ValueError
        If the run was not traced, or its log does not show that instant.
    """
    if run.log is None:
        raise ValueError(f"{run.program.name} was not traced")
    log = read_strace(run.log)
    said = find_text(log.events, "^ready")
    if said.empty:
        raise ValueError(f"{run.log.name} does not show when the program was ready")
    ready = {
        "name": "ready", "time_ns": int(end_ns(said).iloc[0]), "pid": int(said["pid"].iloc[0]),
        "line": int(said["line"].iloc[0]), "uncertainty_ns": 0, "source": "strace",
    }  # fmt: skip
    milestones = merge_milestones([ready], log.events)
    return attribute_events(log.events, milestones, until="ready"), log


def score_run(run: Run) -> Scored:
    """Score the attribution of a traced run, and the naive methods on the same log."""
    answer, log = attribute_run(run)
    marks, plants = run.marks, run.program.plants
    pieces = attributed(answer, plants)
    main = int(find_exec(log.events)["pid"].iloc[0])
    others = (
        score(naive.sum_of_calls(log.events, plants), marks),
        score(naive.main_thread(log.events, main, marks, plants), marks),
        score_sums(naive.counted(log.source, plants), marks),
    )
    return Scored(
        run=run,
        strict=score(pieces, marks),
        at_its_word=score(pieces, marks, strict=False),
        unresolved=answer.unresolved_ns / answer.window_ns,
        exact=is_exact(answer),
        naive=dict(zip(NAIVE, others, strict=True)),
    )


def head() -> str:
    """Return the heading of the table."""
    return _HEAD


def row(program: Program, runs: Sequence[Scored]) -> str:
    """Return a program's row: medians of its runs, and its score's least and most."""
    values = [one.strict.value for one in runs]
    cause, off = _typical(runs).strict.worst
    window, unmarked = (
        statistics.median(getattr(one.strict, name) for one in runs) / 1e6
        for name in ("window_ns", "unmarked_ns")
    )
    worst = f"{cause} {off / 1e6:+.1f} ms"
    return (
        f"{program.name:16} {window:5.0f} ms {unmarked:5.1f} ms  "
        f"{statistics.median(values):7.1%} {min(values):7.1%} {max(values):7.1%}  {worst:30} "
        f"{_median(runs, lambda one: one.unresolved):10.1%} "
        f"{_median(runs, lambda one: one.at_its_word.value):7.1%} "
        f"{'exact' if all(one.exact for one in runs) else 'WRONG':>5}  "
        + " ".join(f"{_median(runs, _naive_value(name)):11.1%}" for name in NAIVE)
    )


def summary(results: dict[str, list[Scored]]) -> str:
    """Return the last row: the mean over programs of each one's median."""
    every = list(results.values())

    def mean(of: Callable[[Scored], float]) -> float:
        return statistics.mean(_median(runs, of) for runs in every)

    exact = all(one.exact for runs in every for one in runs)
    return (
        f"{f'mean of {len(every)}':16} {'':17}  {mean(lambda one: one.strict.value):7.1%} "
        f"{'':15}  {'':30} {mean(lambda one: one.unresolved):10.1%} "
        f"{mean(lambda one: one.at_its_word.value):7.1%} {'exact' if exact else 'WRONG':>5}  "
        + " ".join(f"{mean(_naive_value(name)):11.1%}" for name in NAIVE)
    )


def as_json(program: Program, runs: Sequence[Scored]) -> dict[str, Any]:
    """Return a program's runs as plain values, with all that the scores are made of."""
    return {
        "program": program.name,
        "about": program.about,
        "runs": [
            {
                "window_ns": one.strict.window_ns,
                "unmarked_ns": one.strict.unmarked_ns,
                "unresolved": one.unresolved,
                "exact": one.exact,
                "true_ns": one.strict.true,
                "methods": {
                    name: {"score": scored.value, "blamed_ns": scored.blamed}
                    for name, scored in (
                        ("attribution", one.strict),
                        ("attribution at its word", one.at_its_word),
                        *one.naive.items(),
                    )
                },
                "log": str(one.run.log),
                "go_trace": one.run.go_trace and str(one.run.go_trace),
            }
            for one in runs
        ],
    }


def _median(runs: Sequence[Scored], of: Callable[[Scored], float]) -> float:
    return statistics.median(of(one) for one in runs)


def _naive_value(name: str) -> Callable[[Scored], float]:
    return lambda one: one.naive[name].value


def _typical(runs: Sequence[Scored]) -> Scored:
    """Return the run in the middle by score."""
    return sorted(runs, key=lambda one: one.strict.value)[len(runs) // 2]
