"""How right a blame of a start's time is, against the program's own marks.

The score of a run is half the sum over causes of ``|blamed - true|``, divided by the window: the
share of it that would have to be blamed on something else. README.md says what counts as what.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planted.causes import CAUSES

if TYPE_CHECKING:
    from coldstart_lab.attribution import Attribution
    from planted.marks import Marks

# Beside the causes of the marks: time between the parts, and time on which there is no evidence
HAND_OVER = "hand-over"
UNRESOLVED = "unresolved"


@dataclass(frozen=True)
class Score:
    """How one run was blamed.

    Attributes
    ----------
    window_ns, unmarked_ns : int
        The window of the marks, and how much of it they say nothing of.
    true, blamed : dict of str to int
        Time by cause, in ns: the marks' and the blame's.
    """

    window_ns: int
    unmarked_ns: int
    true: dict[str, int]
    blamed: dict[str, int]

    @property
    def differences(self) -> dict[str, int]:
        """Blamed less true time of each cause, in ns, largest difference first."""
        every = {*self.true, *self.blamed}
        found = {name: self.blamed.get(name, 0) - self.true.get(name, 0) for name in every}
        return dict(sorted(found.items(), key=lambda pair: (-abs(pair[1]), pair[0])))

    @property
    def value(self) -> float:
        """The score: 0 is right; above 1 only where more than the window was blamed."""
        return sum(map(abs, self.differences.values())) / 2 / self.window_ns

    @property
    def worst(self) -> tuple[str, int]:
        """The cause that is farthest from the truth, and how far, in ns."""
        return next(iter(self.differences.items()), (HAND_OVER, 0))


def score(pieces: pd.DataFrame, marks: Marks, *, strict: bool = True) -> Score:
    """Score pieces of time, each blamed on something.

    Parameters
    ----------
    pieces : DataFrame
        ``start_ns``, ``end_ns`` (by CLOCK_REALTIME), ``cause`` (of ``causes.CAUSES``, or
        ``HAND_OVER`` for any other) and ``unresolved`` (bool).
    marks : Marks
        The truth.
    strict : bool
        Whether unresolved time is blamed on nothing; otherwise it is taken at its word.
    """
    inside = _covered(pieces, [(marks.begin_ns, marks.ready_ns)])
    marked = _covered(pieces, [(part.begin_ns, part.end_ns) for part in marks.parts])
    cause = pieces["cause"].astype(object).to_numpy()
    unknown = pieces["unresolved"].to_numpy(dtype=bool) & strict
    # what is not known of the time between the parts is not known to the marks either
    rows = [
        (np.where(unknown, UNRESOLVED, cause), marked),
        (np.where(unknown, HAND_OVER, cause), inside - marked),
    ]
    sums: dict[str, int] = {}
    for names, spans in rows:
        for name in pd.unique(names):
            sums[name] = sums.get(name, 0) + int(spans[names == name].sum())
    return score_sums(sums, marks)


def score_sums(blamed: dict[str, int], marks: Marks) -> Score:
    """Score sums of time by cause, wherever in the run they lie.

    Where they are less than the window, the rest is blamed on nothing: as much of it as the marks
    say nothing of either is hand-over, what is left is unresolved.
    """
    true = {**marks.truth, HAND_OVER: marks.unmarked_ns}
    rest = max(marks.window_ns - sum(blamed.values()), 0)
    allowed = min(rest, max(marks.unmarked_ns - blamed.get(HAND_OVER, 0), 0))
    filled = dict(blamed)
    filled[HAND_OVER] = blamed.get(HAND_OVER, 0) + allowed
    filled[UNRESOLVED] = blamed.get(UNRESOLVED, 0) + rest - allowed
    return Score(marks.window_ns, marks.unmarked_ns, true, filled)


def attributed(answer: Attribution, plants: dict[str, int]) -> pd.DataFrame:
    """Return the segments of an attribution as pieces to score.

    Parameters
    ----------
    answer : Attribution
        The attribution.
    plants : dict of str to int
        The causes the program plants; what names none of them is ``HAND_OVER``.
    """
    segments = answer.segments
    kinds = segments[["category", "cause"]].astype(str)
    names = {
        pair: name_cause(pair[0], pair[1], plants)
        for pair in kinds.drop_duplicates().itertuples(index=False, name=None)
    }
    return pd.DataFrame(
        {
            "start_ns": segments["start_ns"],
            "end_ns": segments["end_ns"],
            "cause": [names[pair] for pair in kinds.itertuples(index=False, name=None)],
            "unresolved": lacks_evidence(segments),
        }
    )


def name_cause(category: str, cause: str, plants: dict[str, int]) -> str:
    """Return the planted cause that an attribution's category and cause are."""
    fitting = (
        name for name, one in CAUSES.items() if name in plants and one.names(category, cause)
    )
    return next(fitting, HAND_OVER)


def lacks_evidence(segments: pd.DataFrame) -> pd.Series[bool]:
    """Mark segments that say no more than that time passed.

    Those the attribution calls unresolved, and catch-alls that name no file, peer or wait.
    """
    other = (segments["category"] == "other") & (segments["state"] != "waiting")
    return (segments["confidence"] == "unresolved") | (other & segments["subject"].isna())


def elsewhere_ns(answer: Attribution, marks: Marks) -> int:
    """Return how much of the parts is blamed on a thread that is not theirs, as a decoy's is.

    Parts whose thread the marks do not name are left out, and those about making a process, which
    is partly the new one's own doing.
    """
    told = [part for part in marks.parts if part.thread and part.cause != "process"]
    lost = 0
    for part in told:
        others = answer.segments[answer.segments["pid"] != part.thread]
        lost += int(_covered(others, [(part.begin_ns, part.end_ns)]).sum())
    return lost


def is_exact(answer: Attribution) -> bool:
    """Tell whether the segments tile the window of the attribution without gap or overlap."""
    begin, end = (answer.segments[name].to_numpy() for name in ("start_ns", "end_ns"))
    abut = bool((begin[1:] == end[:-1]).all() and (end > begin).all())
    bounds = len(begin) > 0 and begin[0] == answer.start_ns and end[-1] == answer.end_ns
    sums = {answer.segments["duration_ns"].sum(), answer.causes["duration_ns"].sum()}
    return bool(abut and bounds and sums == {answer.window_ns})


def _covered(pieces: pd.DataFrame, spans: list[tuple[int, int]]) -> np.ndarray:
    """Return how much of each piece lies in spans that do not overlap."""
    starts, ends = pieces["start_ns"].to_numpy(), pieces["end_ns"].to_numpy()
    covered = np.zeros(len(pieces), dtype=np.int64)
    for begin, end in spans:
        covered += np.maximum(np.minimum(ends, end) - np.maximum(starts, begin), 0)
    return covered
