"""The scoreboard: programs run, attributed and scored several times, beside naive methods."""

from __future__ import annotations

import os
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from coldstart_lab.attribution import Attribution, attribute_events
from coldstart_lab.readers.strace import StraceLog, read_strace
from coldstart_lab.recording.milestones import end_ns, find_exec, find_text, merge_milestones
from planted import naive
from planted.scoring import Score, attributed, is_exact, score, score_sums

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from planted.programs import Program
    from planted.running import Run

ATTRIBUTION = "attribution"
NAIVE = ("all calls", "main thread", "strace -c")
_HEAD = (
    f"{'program':16} {'window':>8} {'unmarked':>8}  {'score':>7} {'least':>7} {'most':>7}  "
    f"{'worst cause':30} {'unresolved':>10} {'at word':>7} {'sums':>5}  "
    + " ".join(f"{name:>11}" for name in NAIVE)
)


class Scores(NamedTuple):
    """A method's scores of one run.

    Attributes
    ----------
    strict : Score
        Time on which there is no evidence is blamed on nothing.
    at_word : Score
        It is taken for what the method calls it.
    """

    strict: Score
    at_word: Score


@dataclass(frozen=True)
class Scored:
    """One run, scored.

    Attributes
    ----------
    run : Run
        The run.
    methods : dict of str to Scores
        Those of ``ATTRIBUTION`` and of each of ``NAIVE``.
    unresolved : float
        Share of the attribution's window that it calls unresolved itself.
    exact : bool
        Whether its segments tile its window to the nanosecond.
    """

    run: Run
    methods: dict[str, Scores]
    unresolved: float
    exact: bool

    @property
    def strict(self) -> Score:
        """The attribution's score."""
        return self.methods[ATTRIBUTION].strict

    @property
    def at_word(self) -> Score:
        """The same with unresolved time taken for what the attribution calls it."""
        return self.methods[ATTRIBUTION].at_word


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
    cpus = len(os.sched_getaffinity(0))
    return attribute_events(log.events, milestones, until="ready", cpus=cpus), log


def score_run(run: Run) -> Scored:
    """Score the attribution of a traced run, and the naive methods on the same log."""
    answer, log = attribute_run(run)
    marks, plants = run.marks, run.program.plants
    main = int(find_exec(log.events)["pid"].iloc[0])
    blames = {
        ATTRIBUTION: attributed(answer, plants),
        "all calls": naive.sum_of_calls(log.events, plants),
        "main thread": naive.main_thread(log.events, main, marks, plants),
    }
    methods = {
        name: Scores(score(pieces, marks), score(pieces, marks, strict=False))
        for name, pieces in blames.items()
    }
    counts = score_sums(naive.counted(log.source, plants), marks)
    return Scored(
        run=run,
        methods={**methods, "strace -c": Scores(counts, counts)},
        unresolved=answer.unresolved_ns / answer.window_ns,
        exact=is_exact(answer),
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
        f"{_median(runs, lambda one: one.at_word.value):7.1%} "
        f"{'exact' if all(one.exact for one in runs) else 'WRONG':>5}  "
        + " ".join(f"{_median(runs, _naive_value(name)):11.1%}" for name in NAIVE)
    )


def summary(results: dict[str, list[Scored]]) -> str:
    """Return the last rows: the mean over programs of each one's median, strict and at word."""
    every = list(results.values())

    def mean(of: Callable[[Scored], float]) -> float:
        return statistics.mean(_median(runs, of) for runs in every)

    exact = all(one.exact for runs in every for one in runs)
    strict = (
        f"{f'mean of {len(every)}':34} {mean(lambda one: one.strict.value):7.1%} {'':46}  "
        f"{mean(lambda one: one.unresolved):10.1%} {mean(lambda one: one.at_word.value):7.1%} "
        f"{'exact' if exact else 'WRONG':>5}  "
    )
    return (
        f"{strict}{' '.join(f'{mean(_naive_value(name)):11.1%}' for name in NAIVE)}\n"
        f"{'at word':{len(strict)}}"
        f"{' '.join(f'{mean(_naive_value(name, strict=False)):11.1%}' for name in NAIVE)}"
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
                    name: {
                        kind: {"score": scored.value, "blamed_ns": scored.blamed}
                        for kind, scored in scores._asdict().items()
                    }
                    for name, scores in one.methods.items()
                },
                "log": str(one.run.log),
                "go_trace": one.run.go_trace and str(one.run.go_trace),
            }
            for one in runs
        ],
    }


def _median(runs: Sequence[Scored], of: Callable[[Scored], float]) -> float:
    return statistics.median(of(one) for one in runs)


def _naive_value(name: str, *, strict: bool = True) -> Callable[[Scored], float]:
    return lambda one: one.methods[name][0 if strict else 1].value


def _typical(runs: Sequence[Scored]) -> Scored:
    """Return the run in the middle by score."""
    return sorted(runs, key=lambda one: one.strict.value)[len(runs) // 2]
