"""Where the numbers come from: program, variant, time, machine, tracer, hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coldstart_lab.redaction import redact_argv
from coldstart_lab.report.cleaning import clean, clean_tree
from coldstart_lab.units import format_bytes

if TYPE_CHECKING:
    from coldstart_lab.report.facts import Facts

Row = tuple[str, str]


def build(facts: Facts) -> dict[str, Any]:
    """List what is known of the recording.

    Parameters
    ----------
    facts : Facts
        What the report is made of.

    Returns
    -------
    dict
        ``rows`` that everybody reads, ``details`` to unfold, ``artefacts``.
    """
    recording = facts.recording
    manifest = recording.manifest
    rows: list[Row] = [("Recording", clean(recording.recording_id))]
    if recording.bare_log is None:
        rows.append(("Variant", clean(recording.variant)))
    rows += _program(manifest)
    if manifest["created"]:
        rows.append(("Recorded", clean(manifest["created"]).replace("T", " ").replace("Z", " UTC")))
    rows += _machine(manifest["machine"])
    rows += _tracer(facts)
    return {
        "rows": rows,
        "details": _details(manifest),
        "artefacts": [
            {
                "kind": clean(entry["kind"]),
                "stored": format_bytes(entry["size_bytes"]),
                "content": format_bytes(entry["content_bytes"]),
                "sha256": clean(entry["sha256"]),
            }
            for entry in manifest["artefacts"]
        ],
    }


def _program(manifest: dict[str, Any]) -> list[Row]:
    program = manifest["program"]
    if program is None:
        return []
    rows = [("Program", clean(" ".join(redact_argv(program["argv"])), 400))]
    if program["binary"] is not None:
        binary = program["binary"]
        digest = clean(binary["sha256"])[:16]
        rows.append(("Binary", f"{format_bytes(binary['size_bytes'])}, SHA-256 {digest}…"))
    return rows


def _machine(machine: dict[str, Any] | None) -> list[Row]:
    if machine is None:
        return []
    system = [clean(machine.get("kernel")), clean(machine.get("architecture"))]
    usable, online = machine.get("cpus_usable"), machine.get("cpus_online")
    cpu = [clean(machine.get("cpu_model"))]
    if isinstance(usable, int) and isinstance(online, int):
        cpu.append(f"{usable} of {online} CPUs usable")
    if isinstance(machine.get("memory_bytes"), int):
        cpu.append(f"{format_bytes(machine['memory_bytes'])} memory")
    rows = [("Kernel", ", ".join(filter(None, system))), ("Machine", ", ".join(filter(None, cpu)))]
    return [row for row in rows if row[1]]


def _tracer(facts: Facts) -> list[Row]:
    manifest = facts.recording.manifest
    rows = [("Observers", clean(", ".join(facts.recording.observers)) or "none")]
    if manifest["strace"] is not None:
        strace = manifest["strace"]
        arguments = " ".join(redact_argv(strace["arguments"]))
        rows.append(("strace", f"{clean(strace['version'])} {clean(arguments, 400)}".strip()))
    if manifest["pinned_cpu"] is not None:
        rows.append(("Pinned to", f"CPU {manifest['pinned_cpu']}, program and tracer alike"))
    if manifest["seccomp_bpf"]:
        rows.append(("Filter", "seccomp: calls that were not traced did not stop the program"))
    return rows


def _details(manifest: dict[str, Any]) -> list[Row]:
    rows: list[Row] = []
    program = manifest["program"]
    if program is not None and program["binary"] is not None:
        rows.append(("SHA-256 of the binary", clean(program["binary"]["sha256"])))
    machine = clean_tree(manifest["machine"] or {})
    limits, cgroup = machine.get("limits"), machine.get("cgroup")
    for name, bounds in limits.items() if isinstance(limits, dict) else ():
        soft, hard = bounds if isinstance(bounds, list) and len(bounds) == 2 else (bounds, bounds)
        rows.append((f"limit {name}", f"{_bound(soft)} soft, {_bound(hard)} hard"))
    for name, bound in cgroup.items() if isinstance(cgroup, dict) else ():
        rows.append((f"cgroup {name}", _bound(bound)))
    tools = clean_tree(manifest["tools"])
    rows += [(f"version of {name}", str(version)) for name, version in tools.items()]
    if program is not None and program["environment_names"]:
        names = clean_tree(program["environment_names"])
        rows.append(("environment names", clean(", ".join(names), 1500)))
    outcome = manifest["outcome"]
    if outcome is not None:
        rows.append(("outcome", clean(outcome["result"])))
    return rows[:80]


def _bound(bound: object) -> str:
    return "none" if bound is None else clean(str(bound))
