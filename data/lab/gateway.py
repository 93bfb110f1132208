"""Records starts of the payment gateway, and keeps with each what was written during it."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from coldstart_lab.recording import new_set_manifest, read_manifest, write_manifest
from lab.keeping import (
    compress_well,
    first_instant,
    keep,
    note_milestones,
    pair_with_starts,
)
from lab.network import DOMAIN, Namespace
from lab.parallelism import effective_parallelism
from lab.processes import running
from lab.room import ENVIRONMENT
from lab.sweeping import swept
from lab.variants import Variant
from lab.versions import BUILD, SERVERS, versions

HEALTH = "http://127.0.0.1:8080/healthz"
LOAD_S = 3
# how Go's own observers are asked for, and the file that each leaves
OBSERVERS = {
    "trace": "trace.out",
    "cpu": "cpu.pprof",
    "heap": "heap.pprof",
    "allocs": "allocs.pprof",
    "block": "block.pprof",
    "mutex": "mutex.pprof",
    "goroutine": "goroutine.pprof",
}
INITTRACE = {"GODEBUG": "inittrace=1"}  # written to the standard error
WRITTEN = {"marks": "marks.jsonl", "spans": "spans.otlp.jsonl", "requests": "requests.jsonl"}


@dataclass(frozen=True, slots=True)
class Recorder:
    """Records variants of a gateway that was built below a folder, in a namespace.

    Attributes
    ----------
    prefix : Path
        Where the gateway and the lab's programs were built.
    namespace : Namespace
        Where the gateway runs.
    """

    prefix: Path
    namespace: Namespace

    def record(self, variant: Variant, *, traced: int, untraced: int) -> Path:
        """Record a set of starts of one variant under load, and return its folder."""
        # one start that is not kept, so that all that are find the files of the one before
        with self._load():
            self._starts(variant, variant.name, untraced=1)
        parallelism = effective_parallelism()
        with self._load() as loads:
            folder = self._starts(variant, variant.name, traced=traced, untraced=untraced)
        self._keep(folder, loads, parallelism)
        return folder

    def observe(self, variant: Variant) -> Path:
        """Record one start under each of Go's own observers; return the folder of the set."""
        whole = self.prefix / "recordings" / f"{variant.name}_observed"
        _empty(whole)
        members = []
        for number, observer in enumerate(["inittrace", *OBSERVERS], start=1):
            asked = {"GATEWAY_OBSERVE": observer} if observer in OBSERVERS else INITTRACE
            parallelism = effective_parallelism()
            name = f"{variant.name}_{observer}"
            with self._load() as loads:
                folder = self._starts(variant, name, untraced=1, also=asked)
            self._keep(folder, loads, parallelism, observer)
            members.append(_move(folder, whole / f"{number:02}-{observer}", observer))
        write_manifest(whole, new_set_manifest(variant=variant.name, members=members))
        return whole

    @contextlib.contextmanager
    def _load(self) -> Iterator[Path]:
        """Send requests to each start; give the folder of what came of them."""
        folder = self.prefix / "lab" / "load"
        _empty(folder)
        argv = [str(self.prefix / "lab" / "bin" / "load"), "-out", str(folder)]
        argv += ["-for", f"{LOAD_S}s"]
        with running(self.namespace.command(*argv)):
            yield folder

    def _starts(
        self,
        variant: Variant,
        name: str,
        *,
        traced: int = 0,
        untraced: int,
        also: Mapping[str, str] | None = None,
    ) -> Path:
        out, marks, state = (self.prefix / at for at in (f"recordings/{name}", "marks", "state"))
        _empty(marks)
        _empty(state)
        environment = {
            **variant.environment(),
            "GOPROXY": f"http://modules.{DOMAIN}:8081",
            "GATEWAY_OBSERVE_DIR": str(state),
            **(also or {}),
        }
        argv = [str(Path(sys.executable).parent / "coldstart"), "record", "-o", str(out)]
        argv += ["--force", "--ready-url", HEALTH, "--variant", variant.name, "--timeout", "180"]
        argv += ["--settle", str(LOAD_S + 1), "--grace", "30"]
        argv += ["--runs", str(traced), "--untraced", str(untraced)]
        for variable, value in environment.items():
            argv += ["--env", f"{variable}={value}"]
        prefix = self.prefix / "payment_gateway"
        argv += ["--", *variant.command(prefix, state=state / "{pid}", out=marks / "{pid}")]
        base = _environment()
        shown = shlex.join([*(f"{name}={value}" for name, value in base.items()), *argv])
        print(f"$ env -i {shown}", flush=True)
        with swept(state):
            subprocess.run(self.namespace.command(*argv), check=True, env=base, cwd="/")
        return out

    def _keep(self, folder: Path, loads: Path, parallelism: float, observer: str = "") -> None:
        """Give each start what was written during it, and what the machine could do then."""
        written = list((self.prefix / "marks").iterdir())
        marks = [(first_instant(at / WRITTEN["marks"]), at) for at in written]
        sent = dict(pair_with_starts(folder, [(int(at.stem), at) for at in loads.iterdir()]))
        tools = versions({**BUILD, **SERVERS})
        for place, at in pair_with_starts(folder, marks):
            files = {kind: at / name for kind, name in WRITTEN.items()}
            files["load"] = sent[place].rename(at / "load.jsonl")
            if observer in OBSERVERS:
                files[observer] = self.prefix / "state" / OBSERVERS[observer]
            keep(place, files, machine={"effective_parallelism": parallelism}, tools=tools)
            note_milestones(place, files["marks"])
            compress_well(place, "strace")


def _move(folder: Path, target: Path, observer: str) -> dict[str, object]:
    """Make the one start of a set a member of another; return its entry there."""
    [member] = read_manifest(folder)["members"]
    shutil.move(folder / member["path"], target)
    shutil.rmtree(folder)
    manifest = read_manifest(target)
    write_manifest(target, {**manifest, "observers": [observer]})
    return {**member, "path": target.name, "observers": [observer]}


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _environment() -> dict[str, str]:
    go = shutil.which("go")
    if go is None:
        sys.exit("there is no go")
    return {**ENVIRONMENT, "PATH": f"{Path(go).parent}{os.pathsep}{ENVIRONMENT['PATH']}"}
