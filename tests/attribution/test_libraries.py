"""Libraries that a running program opens: one cause from the first look-up to the last protection."""

# ruff: noqa: E501  (lines of logs are as long as they are)

from __future__ import annotations

import re

import pytest
from written import at_ms, attribute_text, check_sums, spent, write_log

BEGIN = """
100 0 execve("/srv/app", ["x"], 0x7ffc) = 0 <1>
100 2 arch_prctl(ARCH_SET_FS, 0x7f) = 0 <0.1>
100 3 rt_sigaction(SIGINT, NULL, NULL, 8) = 0 <0.1>
"""
SEARCH = """
100 10 openat(AT_FDCWD</srv>, "/etc/ld.so.cache", O_RDONLY|O_CLOEXEC) = 3</etc/ld.so.cache> <0.1>
100 10.2 newfstatat(3</etc/ld.so.cache>, "", {st_mode=S_IFREG|0644, st_size=41415}, AT_EMPTY_PATH) = 0 <0.1>
100 10.4 mmap(NULL, 41415, PROT_READ, MAP_PRIVATE, 3</etc/ld.so.cache>, 0) = 0x7f0000 <0.1>
100 10.6 close(3</etc/ld.so.cache>) = 0 <0.1>
100 10.8 openat(AT_FDCWD</srv>, "/srv/a/x86_64/libz.so.1", O_RDONLY|O_CLOEXEC) = -1 ENOENT (No such file) <0.1>
100 11 newfstatat(AT_FDCWD</srv>, "/srv/a/x86_64", 0x7ffe, 0) = -1 ENOENT (No such file) <0.1>
100 20 openat(AT_FDCWD</srv>, "/srv/a/libz.so.1", O_RDONLY|O_CLOEXEC) = -1 ENOENT (No such file) <0.1>
100 20.2 newfstatat(AT_FDCWD</srv>, "/srv/a", {st_mode=S_IFDIR|0755, st_size=4096}, 0) = 0 <0.1>
"""
LOAD = """
100 20.4 openat(AT_FDCWD</srv>, "/srv/b/libz.so.1", O_RDONLY|O_CLOEXEC) = 3</srv/b/libz.so.1> <0.1>
100 20.6 read(3</srv/b/libz.so.1>, "\\177ELF", 832) = 832 <0.1>
100 20.8 mmap(NULL, 32808, PROT_READ, MAP_PRIVATE|MAP_DENYWRITE, 3</srv/b/libz.so.1>, 0) = 0x7f1000 <0.1>
100 21 mmap(0x7f9000, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) = 0x7f9000 <0.1>
100 21.2 close(3</srv/b/libz.so.1>) = 0 <0.1>
100 30 mprotect(0x7f8000, 4096, PROT_READ) = 0 <0.1>
100 30.2 munmap(0x7f0000, 41415) = 0 <0.1>
"""
END = "100 50 mmap(NULL, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7e <0.1>"


def causes(log):
    answer = attribute_text(write_log(BEGIN + log + END), ready=(at_ms(50.1), 100))
    check_sums(answer)
    found = spent(answer)
    search = sum(value for name, value in found.items() if name.startswith("library search"))
    return search, found.get("library loading (dlopen)", 0), found["user code"]


def test_search_and_loading_are_whole():
    search, load, own = causes(SEARCH + LOAD)
    assert search == pytest.approx(20.4 - 10)
    # relocation, up to the protection of what was relocated, is a part of it; the constructor is not
    assert load == pytest.approx(30.3 - 20.4)
    assert own == pytest.approx(50 - 30.3 + 8, abs=1.5)


def later(text, ms):
    return re.sub(r"(?m)^100 ([\d.]+)", lambda found: f"100 {float(found[1]) + ms:.1f}", text)


def test_own_work_between_two_libraries_is_own():
    _, load, own = causes(LOAD + later(LOAD, 15).replace("libz", "liby"))
    assert load == pytest.approx(2 * (30.3 - 20.4))
    assert own > 35.4 - 30.3


def test_memory_asked_for_by_the_program_is_no_library():
    without = causes(LOAD)
    asked = later(END, -19)
    assert causes(f"{LOAD}{asked}\n")[:2] == pytest.approx(without[:2])


def test_it_is_the_same_without_annotations():
    log = SEARCH + LOAD
    bare = log
    for path in ("/etc/ld.so.cache", "/srv/b/libz.so.1", "/srv"):
        bare = bare.replace(f"<{path}>", "")
    assert causes(bare) == pytest.approx(causes(log))
