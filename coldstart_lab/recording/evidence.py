"""What a recording does not know, and how it would have been recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coldstart_lab.readers.strace import StraceLog
    from coldstart_lab.recording.recording import Recording


def missing_evidence(recording: Recording) -> list[str]:
    """List in plain sentences what the recording lacks and what would have recorded it.

    Parameters
    ----------
    recording : Recording
        The start; its log is read if it was traced.

    Returns
    -------
    list of str
        One sentence a lack; empty if nothing is missing that the analyses ask for.
    """
    missing = []
    if not recording.has_artefact("strace"):
        missing.append("the calls of the program: it did not run under strace")
    else:
        missing += missing_in_log(recording.strace)
        if "ready" not in set(recording.milestones["name"]):
            missing.append("when it was ready: coldstart record or import with a --ready option")
        if recording.bare_log is None and recording.strace.clock != recording.manifest["clock"]:
            missing.append("a common clock of log and manifest: the manifest's times are left out")
    if not (recording.has_artefact("profile") or recording.has_artefact("trace")):
        missing.append("the functions that ran between calls: neither a CPU profile nor a Go trace")
    if recording.manifest.get("seccomp_bpf"):
        missing.append("frequent calls that never wait: record without --seccomp-bpf")
    missing += [str(note) for note in recording.manifest.get("notes", [])]
    if recording.manifest["machine"] is None:
        missing.append("the machine, the program and how it ended: coldstart record notes them")
    if recording.siblings is None or not recording.siblings.untraced:
        missing.append("what the tracer cost: coldstart record runs untraced starts in between")
    return missing


def missing_in_log(log: StraceLog) -> list[str]:
    """List what a strace log lacks and the flag of strace that would have recorded it."""
    missing = [f"{what}: strace {flag}" for flag, what in log.missing_flags.items()]
    events = log.events
    if not (events["syscall"].isin(["execve", "execveat"]) & (events["retval"] == 0)).any():
        missing.append("the exec: start the program under strace, with execve among its -e trace=")
    return missing
