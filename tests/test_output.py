"""A report is written whole or not at all, and an old one never stands for a new one."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from checker.output import OutputError, append_file, remove_stale, write_file, write_stdout
from tests.support.command import PATIENCE

FULL = Path("/dev/full")
NEEDS_FULL = pytest.mark.skipif(not FULL.exists(), reason="no full device here")


def refused(path: Path, text: str = "x") -> str:
    with pytest.raises(OutputError) as caught:
        write_file(path, text)
    assert caught.value.problem.path == str(path)
    return caught.value.problem.message


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("", b""),
        ("a\nb\n", b"a\nb\n"),
        ("a\r\n", b"a\r\n"),
        ("é中", "é中".encode()),
        ("\ud800", b"\\ud800"),
        ("x" * 1_000_000, b"x" * 1_000_000),
    ],
)
def test_text_is_written_as_utf_8(tmp_path: Path, text: str, data: bytes) -> None:
    write_file(tmp_path / "report.txt", text)
    assert (tmp_path / "report.txt").read_bytes() == data
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.txt"]


def test_a_report_replaces_another_at_once(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_text("old, and longer than the new one")
    with path.open() as reader:
        write_file(path, "new")
        assert reader.read() == "old, and longer than the new one"
    assert path.read_text() == "new"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
def test_a_report_has_the_rights_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    write_file(tmp_path / "report", "x")
    assert (tmp_path / "report").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_a_name_without_a_folder_is_beside_us(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_file(Path("report.txt"), "x")
    assert Path("report.txt").read_text() == "x"


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    message = refused(tmp_path / "missing" / "report.txt")
    assert message == "the report was not written: No such file or directory"
    assert list(tmp_path.iterdir()) == []


def test_a_file_where_a_folder_should_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "Not a directory" in refused(tmp_path / "file" / "report.txt")


def test_a_directory_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    assert "Is a directory" in refused(tmp_path / "report")
    assert [entry.name for entry in tmp_path.iterdir()] == ["report"]


@pytest.mark.parametrize("name", [".", "/", ".."])
def test_a_path_that_names_no_file_is_refused(name: str) -> None:
    with pytest.raises(OutputError, match="not a regular file"):
        remove_stale(Path(name))


def test_a_name_that_is_too_long_is_told(tmp_path: Path) -> None:
    assert "too long" in refused(tmp_path / ("x" * 300))


def test_a_name_of_the_greatest_length_is_written(tmp_path: Path) -> None:
    write_file(tmp_path / ("x" * 250), "x")
    assert (tmp_path / ("x" * 250)).read_text() == "x"


def fail(*_arguments: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace"])
def test_a_failure_on_the_way_leaves_the_old_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "report.txt"
    path.write_text("old")
    monkeypatch.setattr(step, fail)
    assert refused(path) == "the report was not written: No space left on device"
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.txt"]


def test_a_link_at_the_temporary_name_is_never_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("keep")
    (tmp_path / f".report.txt.{os.getpid()}.tmp").symlink_to(victim)
    with contextlib.suppress(OutputError):
        write_file(tmp_path / "report.txt", "x")
    assert victim.read_text() == "keep"


def test_what_a_killed_run_left_behind_keeps_no_report_back(tmp_path: Path) -> None:
    # In a container every run may have the same process id.
    (tmp_path / f".report.txt.{os.getpid()}.tmp").write_text("half")
    write_file(tmp_path / "report.txt", "x")
    assert (tmp_path / "report.txt").read_text() == "x"


def test_a_stale_report_is_removed(tmp_path: Path) -> None:
    (tmp_path / "report.txt").write_text("old")
    remove_stale(tmp_path / "report.txt")
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_there_needs_no_removal(tmp_path: Path) -> None:
    remove_stale(tmp_path / "report.txt")
    remove_stale(tmp_path / "missing" / "report.txt")
    assert list(tmp_path.iterdir()) == []


def test_a_stale_report_that_cannot_be_looked_for_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="File name too long"):
        remove_stale(tmp_path / ("x" * 300))


def test_what_replaces_a_file_has_its_rights(tmp_path: Path) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_text("old")
    path.chmod(0o640)
    write_file(path, "new")
    assert path.stat().st_mode & 0o777 == 0o640


def test_what_is_added_to_a_file_is_added_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "summary.md"
    path.write_text("before\n")
    append_file(path, ["a", "b\n"], "summary was")
    assert path.read_text() == "before\nab\n"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OutputError, match="File too large"):
            append_file(path, ["x" * 2000], "summary was")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_text() == "before\nab\n"


def test_what_is_added_to_the_null_device_is_gone() -> None:
    append_file(Path("/dev/null"), "x", "summary was")


@NEEDS_FULL
def test_a_full_device_takes_nothing_more() -> None:
    with pytest.raises(OutputError, match="No space left on device"):
        append_file(FULL, "x", "summary was")


def test_nothing_is_added_to_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OutputError):
        append_file(tmp_path / "pipe", "x", "summary was")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(OutputError, match="neither a file nor a terminal"):
        append_file(tmp_path / "pipe", "x", "summary was")
    os.close(reader)


@pytest.mark.parametrize("kind", ["directory", "link", "broken link", "pipe"])
def test_what_is_no_regular_file_is_refused_and_kept(tmp_path: Path, kind: str) -> None:
    path, target = tmp_path / "report", tmp_path / "target"
    match kind:
        case "directory":
            path.mkdir()
        case "link":
            target.write_text("keep")
            path.symlink_to(target)
        case "broken link":
            path.symlink_to(target)
        case _:
            os.mkfifo(path)
    with pytest.raises(OutputError, match="not a regular file"):
        remove_stale(path)
    assert os.path.lexists(path)
    assert target.exists() is (kind == "link")


@NEEDS_FULL
def test_a_full_device_is_no_target() -> None:
    with pytest.raises(OutputError, match="not a regular file"):
        remove_stale(FULL)


def printed(text: str, target: str) -> subprocess.CompletedProcess[bytes]:
    script = (
        "import sys\n"
        "from checker.output import OutputError, write_stdout\n"
        f"try: write_stdout({text})\n"
        "except OutputError as error: sys.exit(error.problem.message)\n"
    )
    command = f'"$0" -c "$1" {target}'
    return subprocess.run(
        ["/bin/sh", "-c", command, sys.executable, script],
        capture_output=True,
        env={**os.environ, "LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
        timeout=PATIENCE,
        check=False,
    )


def test_standard_output_takes_utf_8_whatever_the_locale() -> None:
    ran = printed(ascii("é\ud800\n"), "")
    assert (ran.stdout, ran.stderr, ran.returncode) == ("é\\ud800\n".encode(), b"", 0)


@NEEDS_FULL
@pytest.mark.parametrize("text", ["'x'", "'x' * 1_000_000"])
def test_a_full_device_is_an_error_told_once(text: str) -> None:
    ran = printed(text, ">/dev/full")
    assert ran.returncode == 1
    assert ran.stderr.count(b"\n") == 1
    assert b"the report was not written" in ran.stderr
    assert b"No space left on device" in ran.stderr


def test_a_closed_standard_output_is_an_error() -> None:
    ran = printed("'x'", ">&-")
    assert ran.returncode == 1
    assert b"the report was not written" in ran.stderr
    assert b"Traceback" not in ran.stderr


def test_a_reader_that_went_away_is_an_error() -> None:
    ran = printed("'x' * 1_000_000", "| true")
    assert b"Traceback" not in ran.stderr
    assert b"the report was not written" in ran.stderr


def test_standard_output_that_works_is_no_error(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    write_stdout("one\n")
    assert capfdbinary.readouterr().out == b"one\n"
