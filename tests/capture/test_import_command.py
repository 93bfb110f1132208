from click.testing import CliRunner

from coldstart_lab.cli.import_ import command

LINE = 'openat(AT_FDCWD, "/etc/\x1b[31mx", O_RDONLY) = -1 ENOENT (No such file or directory)\n'


def test_the_command_says_what_is_known_and_what_it_wrote(tmp_path):
    (tmp_path / "log").write_text(LINE * 3)
    out = tmp_path / "out"
    result = CliRunner().invoke(command, [str(tmp_path / "log"), "-o", str(out)])
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert lines[0] == "3 calls, most of them openat 3"
    assert lines[1] == "3 calls failed: ENOENT 3"
    assert any(line.startswith("not recorded: ") and "-ttt" in line for line in lines)
    assert lines[-1] == f"Wrote {out}"
    assert "\x1b" not in result.output
    assert (out / "manifest.json").is_file()


def test_the_command_needs_a_folder_and_a_log(tmp_path):
    assert CliRunner().invoke(command, [str(tmp_path / "log")]).exit_code == 2
    assert CliRunner().invoke(command, ["-o", str(tmp_path / "out")]).exit_code == 2
