from __future__ import annotations

import json
import platform

import pytest

from coldstart_lab.capture.machine import cgroup_limits, machine_facts, tool_versions


def test_facts_name_the_kernel_but_not_the_machine(monkeypatch):
    monkeypatch.setattr(platform, "node", lambda: pytest.fail("asked for the host name"))
    facts = machine_facts()
    assert platform.release() in facts["kernel"]
    assert facts["cpus_usable"] >= 1
    assert facts["memory_bytes"] > 1 << 20
    assert len(facts["limits"]["nofile"]) == 2
    json.dumps(facts, allow_nan=False)


def test_tools_name_strace_only_where_it_ran():
    assert tool_versions("6.1")["strace"] == "6.1"
    assert "strace" not in tool_versions(None)


def test_version_2_groups_give_the_tightest_limit(tmp_path):
    inner = tmp_path / "fs" / "outer" / "inner"
    inner.mkdir(parents=True)
    (inner / "cpu.max").write_text("max 100000\n")
    (inner.parent / "cpu.max").write_text("150000 100000\n")
    (inner / "memory.max").write_text("1073741824\n")
    (inner.parent / "memory.max").write_text("max\n")
    (tmp_path / "membership").write_text("0::/outer/inner\n")
    limits = cgroup_limits(tmp_path / "membership", tmp_path / "fs")
    assert limits == {"cpu_max": 1.5, "memory_max": 1 << 30}


def test_version_1_groups_are_read_too_and_no_limit_is_none(tmp_path):
    cpu, memory = tmp_path / "fs" / "cpu,cpuacct", tmp_path / "fs" / "memory"
    for folder in (cpu, memory):
        folder.mkdir(parents=True)
    (cpu / "cpu.cfs_quota_us").write_text("50000\n")
    (cpu / "cpu.cfs_period_us").write_text("100000\n")
    (memory / "memory.limit_in_bytes").write_text("9223372036854771712\n")
    # the path is the host's, as inside a container; only the mount's root is there
    (tmp_path / "membership").write_text("4:cpu,cpuacct:/docker/ab\n3:memory:/docker/ab\n")
    limits = cgroup_limits(tmp_path / "membership", tmp_path / "fs")
    assert limits == {"cpu_max": 0.5, "memory_max": None}


def test_no_groups_are_no_limits(tmp_path):
    assert cgroup_limits(tmp_path / "none") == {"cpu_max": None, "memory_max": None}
