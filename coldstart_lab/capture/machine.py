"""Facts of the machine and the program that a manifest keeps; never its name or its users'."""

from __future__ import annotations

import os
import platform
import re
import resource
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from coldstart_lab.recording.artefacts import hash_file

_LIMITS = ("NOFILE", "NPROC", "STACK", "AS", "MEMLOCK", "CORE", "CPU", "DATA", "FSIZE")
# Version 1 writes "no limit" as the largest page-aligned number.
_V1_UNLIMITED = 1 << 60


def machine_facts() -> dict[str, Any]:
    """Return kernel, processor, memory and limits that starts of this process run under."""
    return {
        "kernel": f"{platform.system()} {platform.release()}",
        "architecture": platform.machine(),
        "cpu_model": _cpu_model(),
        "cpus_online": os.cpu_count(),
        "cpus_usable": len(os.sched_getaffinity(0)),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "limits": _limits(),
        "cgroup": cgroup_limits(),
    }


def tool_versions(strace_version: str | None) -> dict[str, str]:
    """Return the versions of what makes a recording."""
    tools = {
        "coldstart_lab": metadata.version("coldstart_lab"),
        "python": platform.python_version(),
        "pyarrow": metadata.version("pyarrow"),
    }
    return tools if strace_version is None else {"strace": strace_version, **tools}


def binary_facts(path: Path) -> dict[str, Any]:
    """Return path, hash and size of the program's file, links followed for the content only."""
    digest, size_bytes = hash_file(path)
    return {"path": str(path), "sha256": digest, "size_bytes": size_bytes}


def cgroup_limits(
    membership: Path = Path("/proc/self/cgroup"), root: Path = Path("/sys/fs/cgroup")
) -> dict[str, Any]:
    """Return the tightest CPU and memory limits of the control groups this process is in.

    Parameters
    ----------
    membership : Path
        The process's list of control groups.
    root : Path
        Where the control groups are mounted.

    Returns
    -------
    dict
        ``cpu_max``: CPUs' worth of time, as a number; ``memory_max``: bytes; None for no limit.
    """
    cpu: list[float] = []
    memory: list[int] = []
    for line in (_read(membership) or "").splitlines():
        _, controllers, path = line.split(":", 2)
        named = controllers.split(",") if controllers else []
        if not named:
            for folder in _upwards(root, path):
                cpu += _v2_cpu(_read(folder / "cpu.max"))
                memory += _whole(_read(folder / "memory.max"))
        if "cpu" in named:
            for folder in _upwards(_mounted(root, controllers, "cpu"), path):
                quota = _whole(_read(folder / "cpu.cfs_quota_us"))
                period = _whole(_read(folder / "cpu.cfs_period_us"))
                cpu += [quota[0] / period[0]] if quota and period else []
        if "memory" in named:
            for folder in _upwards(_mounted(root, controllers, "memory"), path):
                memory += _whole(_read(folder / "memory.limit_in_bytes"))
    return {
        "cpu_max": min(cpu, default=None),
        "memory_max": min((size for size in memory if size < _V1_UNLIMITED), default=None),
    }


def _mounted(root: Path, controllers: str, name: str) -> Path:
    together = root / controllers
    return together if together.is_dir() else root / name


def _upwards(root: Path, path: str) -> list[Path]:
    # inside a container the path may be the host's, and only the mount's root is to be seen
    folder = root / path.lstrip("/")
    above = [folder, *folder.parents]
    return [level for level in above if level == root or root in level.parents]


def _v2_cpu(text: str | None) -> list[float]:
    quota, _, period = (text or "max").strip().partition(" ")
    return [] if quota == "max" else [int(quota) / int(period or 100_000)]


def _whole(text: str | None) -> list[int]:
    # "max", and version 1's quota of -1, stand for no limit
    return [int(text)] if text is not None and text.strip().isdigit() else []


def _limits() -> Mapping[str, list[int | None]]:
    found = {}
    for name in _LIMITS:
        number = getattr(resource, f"RLIMIT_{name}", None)
        if number is not None:
            pair = resource.getrlimit(number)
            found[name.lower()] = [None if at == resource.RLIM_INFINITY else at for at in pair]
    return found


def _cpu_model() -> str | None:
    text = _read(Path("/proc/cpuinfo")) or ""
    # arm64 kernels give the implementer's and part's numbers in place of a name
    named = re.search(r"^(?:model name|Model|cpu model)\s*:\s*(.+)$", text, re.MULTILINE)
    if named:
        return named[1].strip()
    parts = re.findall(r"^CPU (implementer|part)\s*:\s*(\S+)$", text, re.MULTILINE)
    return " ".join(f"{name} {value}" for name, value in parts[:2]) or None


def _read(path: Path) -> str | None:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return None
