import hashlib
import io
import os

import pytest

from coldstart_lab.errors import MissingEvidenceError, UnreadableInputError
from coldstart_lab.recording.artefacts import (
    check_artefact,
    find_artefact,
    locate,
    read_artefact,
    store_artefact,
)

CONTENT = os.urandom(3000) + b"openat(AT_FDCWD)\n" * 200_000


@pytest.mark.parametrize("form", ["bytes", "path", "file"])
def test_an_artefact_is_stored_whole_with_its_sums(tmp_path, form):
    source = tmp_path / "trace"
    source.write_bytes(CONTENT)
    given = {"bytes": CONTENT, "path": source, "file": io.BytesIO(CONTENT)}[form]
    entry = store_artefact(tmp_path / "rec", "strace", given)
    stored = tmp_path / "rec" / entry["path"]
    assert [path.name for path in stored.parent.iterdir()] == ["strace.log.zst"]
    assert read_artefact(stored) == CONTENT
    assert entry["content_bytes"] == len(CONTENT)
    assert entry["size_bytes"] == stored.stat().st_size
    assert entry["sha256"] == hashlib.sha256(stored.read_bytes()).hexdigest()
    assert check_artefact(stored.parent, entry, content=True) is None


def test_an_empty_artefact_is_stored(tmp_path):
    entry = store_artefact(tmp_path, "stderr", b"")
    assert read_artefact(tmp_path / entry["path"]) == b""


def test_an_unknown_kind_and_a_missing_source_are_refused(tmp_path):
    with pytest.raises(KeyError):
        store_artefact(tmp_path, "core", b"")
    with pytest.raises(UnreadableInputError):
        store_artefact(tmp_path, "strace", tmp_path / "nothing")


def test_damage_is_found(tmp_path):
    entry = store_artefact(tmp_path, "stdout", CONTENT)
    stored = tmp_path / entry["path"]
    good = stored.read_bytes()
    stored.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
    assert check_artefact(tmp_path, entry, content=False) is None
    assert "SHA-256" in check_artefact(tmp_path, entry, content=True)
    stored.write_bytes(good[:-1])
    assert "bytes where the manifest says" in check_artefact(tmp_path, entry, content=False)
    with pytest.raises(UnreadableInputError, match="stdout artefact has"):
        find_artefact(tmp_path, [entry], "stdout")
    stored.unlink()
    assert "cannot be read" in check_artefact(tmp_path, entry, content=False)
    stored.mkdir()
    assert check_artefact(tmp_path, entry, content=False) == "is no file"


def test_a_missing_kind_names_what_there_is(tmp_path):
    entry = store_artefact(tmp_path, "stdout", b"x")
    with pytest.raises(MissingEvidenceError, match="it holds: stdout"):
        find_artefact(tmp_path, [entry], "strace")


@pytest.mark.parametrize("relative", ["", "/etc/passwd", "../x", "a/../../x", "..", "a\\..\\x"])
def test_paths_that_leave_the_folder_are_refused(tmp_path, relative):
    with pytest.raises(UnreadableInputError, match="outside its folder"):
        locate(tmp_path, relative)


def test_symbolic_links_are_refused(tmp_path):
    (tmp_path / "rec").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "log").write_text("x")
    (tmp_path / "rec" / "folder").symlink_to(tmp_path / "outside")
    (tmp_path / "rec" / "file").symlink_to(tmp_path / "outside" / "log")
    for relative in ("file", "folder/log"):
        with pytest.raises(UnreadableInputError, match="symbolic link"):
            locate(tmp_path / "rec", relative)


def test_a_stream_that_is_no_zstd_is_an_error(tmp_path):
    (tmp_path / "x.zst").write_bytes(b"plain text")
    with pytest.raises(UnreadableInputError):
        read_artefact(tmp_path / "x.zst")
    stored = tmp_path / store_artefact(tmp_path, "strace", CONTENT)["path"]
    (tmp_path / "cut.zst").write_bytes(stored.read_bytes()[:2000])
    with pytest.raises(UnreadableInputError):
        read_artefact(tmp_path / "cut.zst")
