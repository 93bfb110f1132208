"""A made-up but lifelike start of a Go service: 1.23 s, twelve threads, about 5,000 tiles."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from coldstart_lab.tables import CAUSES, MILESTONES, SEGMENTS, THREADS, TILES

EXEC_NS = 1_795_432_617_196_696_934
MS = 1_000_000
MAIN = 4242
SYSMON = 4243

# phase, cause, category, state, syscall, share of the window in ms, confidence, subject, thread
PLAN = (
    (
        "exec",
        "kernel exec",
        "process",
        "call",
        "execve",
        0.9,
        "certain",
        "/srv/coldstart/payment",
        0,
    ),
    ("loader", "library search", "files", "call", "openat", 6.2, "certain", "/lib/libssl.so.3", 0),
    (
        "loader",
        "library mapping",
        "memory",
        "call",
        "mmap",
        3.1,
        "certain",
        "/lib/libcrypto.so.3",
        0,
    ),
    ("loader", "relocation", "cpu", "running", None, 4.4, "inferred", None, 0),
    ("runtime", "Go runtime start", "cpu", "running", None, 7.8, "inferred", None, 0),
    (
        "main",
        "reading configuration",
        "files",
        "call",
        "read",
        11.5,
        "certain",
        "/etc/payment/config.yaml",
        0,
    ),
    ("main", "DNS lookup", "network", "waiting", "epoll_pwait", 63.0, "certain", "10.0.0.2:53", 3),
    (
        "main",
        "TCP connect",
        "network",
        "waiting",
        "epoll_pwait",
        21.0,
        "certain",
        "10.1.4.7:5432",
        3,
    ),
    (
        "main",
        "TLS handshake",
        "network",
        "waiting",
        "epoll_pwait",
        118.0,
        "certain",
        "10.1.4.7:5432",
        4,
    ),
    ("main", "certificate work", "cpu", "running", None, 71.0, "inferred", "/etc/ssl/certs", 4),
    (
        "main",
        "database set-up",
        "network",
        "waiting",
        "epoll_pwait",
        204.0,
        "certain",
        "10.1.4.7:5432",
        5,
    ),
    ("main", "lock wait", "lock", "waiting", "futex", 37.0, "unresolved", "futex 0xc000058d48", 6),
    (
        "main",
        "back-off sleep",
        "timer",
        "waiting",
        "epoll_pwait",
        250.0,
        "certain",
        "250 ms timeout",
        2,
    ),
    (
        "child",
        "child process",
        "process",
        "waiting",
        "waitid",
        141.0,
        "certain",
        "git rev-parse HEAD",
        7,
    ),
    ("main", "user code", "cpu", "running", None, 262.0, "unresolved", None, 1),
    ("main", "asset unpacking", "files", "call", "write", 17.2, "certain", "/tmp/assets.tar", 1),
    ("main", "probe latency", "observer", "observer", None, 11.4, "certain", "GET /healthz", 0),
)


@dataclass(frozen=True)
class Start:
    segments: pd.DataFrame
    causes: pd.DataFrame
    threads: pd.DataFrame
    tiles: pd.DataFrame
    milestones: pd.DataFrame
    window_ns: int


def make_start(*, tiles: int = 5000, n_threads: int = 12, seed: int = 7) -> Start:
    random = np.random.default_rng(seed)
    segments = _segments(random, n_threads)
    start, end = int(segments["start_ns"].iloc[0]), int(segments["end_ns"].iloc[-1])
    threads = _threads(n_threads, start, end, random)
    return Start(
        segments=segments,
        causes=causes_of(segments),
        threads=threads,
        tiles=_tiles(threads, tiles, random),
        milestones=milestones_of(start, end),
        window_ns=end - start,
    )


def milestones_of(start: int, end: int) -> pd.DataFrame:
    return MILESTONES.frame(
        {
            "name": ["exec", "listening", "answered", "ready", "end"],
            "time_ns": [start, end - 31 * MS, end - 11 * MS, end, end + 380 * MS],
            "uncertainty_ns": [0, 0, 0, 5 * MS, 0],
            "source": ["strace", "strace", "strace", "probe", "strace"],
            "pid": [MAIN, MAIN, MAIN + 2, None, None],
            "line": [1, 4801, 4880, None, 5002],
            "detail": [
                "/srv/coldstart/payment",
                "TCP 127.0.0.1:8080",
                "127.0.0.1:8080->127.0.0.1:45678",
                "GET http://127.0.0.1:8080/healthz -> 200",
                None,
            ],
        }
    )


def causes_of(segments: pd.DataFrame) -> pd.DataFrame:
    window = int(segments["duration_ns"].sum())
    unresolved = segments["duration_ns"].where(segments["confidence"] == "unresolved", 0)
    grouped = segments.assign(unresolved_ns=unresolved).groupby("cause", observed=True, sort=False)
    longest = segments.loc[grouped["duration_ns"].idxmax()].set_index("cause")
    table = grouped.agg(
        duration_ns=("duration_ns", "sum"),
        unresolved_ns=("unresolved_ns", "sum"),
        segments=("duration_ns", "size"),
        first_ns=("start_ns", "min"),
    ).reset_index()
    table["category"] = longest["category"].reindex(table["cause"]).to_numpy()
    table["subject"] = longest["subject"].reindex(table["cause"]).to_numpy()
    table["line"] = longest["line"].reindex(table["cause"]).to_numpy()
    table["first_ns"] -= int(segments["start_ns"].min())
    table["share"] = table["duration_ns"] / max(window, 1)
    table = table.sort_values("duration_ns", ascending=False, kind="stable", ignore_index=True)
    return CAUSES.frame({name: table[name] for name in CAUSES.names})


def _segments(random: np.random.Generator, n_threads: int) -> pd.DataFrame:
    rows = []
    for phase, cause, category, state, syscall, ms, confidence, subject, thread in PLAN:
        pieces = max(1, min(int(ms / 3), 40))
        weights = random.dirichlet(np.ones(pieces))
        for i, weight in enumerate(weights):
            pid = MAIN if thread == 0 else MAIN + 1 + (thread + (i % 3 == 2)) % (n_threads - 1)
            # small calls interrupt longer causes, as they do in life
            if i and i % 5 == 0 and phase == "main":
                rows.append(
                    ("main", "allocation", "memory", "call", "mmap", 0.05, "certain", None, pid)
                )
            rows.append(
                (phase, cause, category, state, syscall, ms * weight, confidence, subject, pid)
            )
    lengths = np.maximum((np.array([row[5] for row in rows]) * MS).astype(np.int64), 1)
    ends = EXEC_NS + np.cumsum(lengths)
    columns = list(zip(*rows, strict=True))
    return SEGMENTS.frame(
        {
            "start_ns": ends - lengths,
            "end_ns": ends,
            "duration_ns": lengths,
            "pid": columns[8],
            "process": [MAIN] * len(rows),
            "comm": ["payment"] * len(rows),
            "state": columns[3],
            "phase": columns[0],
            "category": columns[2],
            "cause": columns[1],
            "subject": columns[7],
            "confidence": columns[6],
            "rule": columns[1],
            "syscall": columns[4],
            "artefact": ["strace"] * len(rows),
            "line": np.arange(1, len(rows) + 1) * 20,
        }
    )


def _threads(count: int, start: int, end: int, random: np.random.Generator) -> pd.DataFrame:
    births = np.sort(random.uniform(10, 33, count) * MS).astype(np.int64)
    births[0] = 0
    roles = np.array(["thread"] * count, dtype=object)
    roles[0] = "main"
    if count > 1:
        roles[1] = "go-sysmon"
    return THREADS.frame(
        {
            "pid": MAIN + np.arange(count),
            "process": [MAIN] * count,
            "parent": pd.array([None] + [MAIN] * (count - 1), dtype="Int64"),
            "comm": ["payment"] * count,
            "start_ns": start + births,
            "end_ns": [end + 380 * MS] * count,
            "role": roles,
        }
    )


def _tiles(threads: pd.DataFrame, total: int, random: np.random.Generator) -> pd.DataFrame:
    count = len(threads)
    share = total // count
    frames = []
    for thread in threads.itertuples():
        weights = random.pareto(1.1, share) + 0.01
        waits = random.random(share) < (0.5 if thread.role != "go-sysmon" else 0.9)
        weights[waits] *= 8
        edges = np.concatenate([[0.0], np.cumsum(weights) / weights.sum()])
        times = thread.start_ns + (edges * (thread.end_ns - thread.start_ns)).astype(np.int64)
        kind = np.where(waits, "waiting", np.where(random.random(share) < 0.6, "running", "call"))
        frames.append(
            pd.DataFrame(
                {
                    "pid": thread.pid,
                    "start_ns": times[:-1],
                    "end_ns": times[1:],
                    "state": kind,
                    "syscall": np.where(
                        kind == "waiting", "futex", np.where(kind == "call", "read", None)
                    ),
                    "line": np.where(kind == "running", np.nan, np.arange(share) + 1.0),
                }
            )
        )
    whole = pd.concat(frames, ignore_index=True)
    return TILES.frame({name: whole[name] for name in TILES.names})
