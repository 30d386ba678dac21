"""Files that change while they are read: what is decided is what was read, once."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.command import PATIENCE, ROOT, Run

SAFE = (ROOT / "examples" / "policies" / "ecr-one-repository.json").read_bytes()
VIOLATION = (ROOT / "examples" / "violations" / "ecr-push-to-one-repository.json").read_bytes()
PADDING = b" " * 3_000_000
"""It makes a policy large enough to change while it is read; what is cut off is no policy."""


def replace(path: Path, data: bytes) -> None:
    # beside the folder that is read: in it, a file that vanishes would be an error of the run
    other = path.parent.with_name(f"{path.name}.tmp")
    other.write_bytes(data)
    other.replace(path)


def rewrite(path: Path, data: bytes) -> None:
    path.write_bytes(data)  # empty for a moment, then longer and longer


def grow(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(b"{" * 100_000)
    if path.stat().st_size > 2 * len(data):
        replace(path, data)


def vanish(path: Path, data: bytes) -> None:
    path.unlink(missing_ok=True)
    path.write_bytes(data)


def turn(path: Path, data: bytes) -> None:
    """Be a file, a link to what is outside, and a pipe, one after the other."""
    path.unlink()
    path.symlink_to("/etc/passwd")
    path.unlink()
    os.mkfifo(path)
    path.unlink()
    path.write_bytes(data)


@contextlib.contextmanager
def changing(path: Path, change: Callable[[Path, bytes], None]) -> Iterator[None]:
    """Let a thread change a file between two contents, until the end."""
    end = threading.Event()

    def run() -> None:
        while not end.is_set():
            for data in (PADDING + SAFE, PADDING + VIOLATION):
                change(path, data)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()


@pytest.mark.parametrize("change", [replace, rewrite, grow, vanish, turn])
def test_what_is_decided_is_what_was_read(
    policy_check: Run, tmp_path: Path, change: Callable[[Path, bytes], None]
) -> None:
    path = tmp_path / "policies" / "x.json"
    path.parent.mkdir()
    path.write_bytes(PADDING + SAFE)
    by_digest = {
        _digest(data): code for data, code in ((PADDING + SAFE, 0), (PADDING + VIOLATION, 1))
    }
    with changing(path, change):
        for _ in range(4):
            ran = policy_check(
                "builtin:ecr", "policies/x.json", "-o", "json", cwd=tmp_path, timeout=PATIENCE
            )
            assert b"Traceback" not in ran.stderr
            report = json.loads(ran.stdout)
            digest = report["inputs"]["documents"]["sha256"]
            # INVARIANT: any other content is one that was half written, which is an error
            assert ran.returncode == by_digest.get(digest, 2)
            assert report["summary"]["documents"] == 1


def _digest(data: bytes) -> str:
    """Return what the report says of one document of this content."""
    line = f"{hashlib.sha256(data).hexdigest()} policies/x.json\n"
    return hashlib.sha256(line.encode()).hexdigest()


def test_a_rule_that_changes_changes_nothing_of_the_run(policy_check: Run, tmp_path: Path) -> None:
    """All processes decide by the rule that was read once, whose digest the report gives."""
    rule = (
        "id: r\ntitle: t\nseverity: low\nkind: aws-iam-policy\ndescription: d\nremediation: r\n"
        "message: m\nrequire: '{}'\n"
    )
    versions = {
        hashlib.sha256(text.encode()).hexdigest(): code
        for text, code in ((rule.format("true"), 0), (rule.format("false"), 1))
    }
    path = tmp_path / "rules" / "r.yaml"
    path.parent.mkdir()
    path.write_text(rule.format("true"), encoding="utf-8")
    policies = tmp_path / "policies"
    policies.mkdir()
    for number in range(30):
        (policies / f"{number}.json").write_bytes(SAFE)
    turns = iter(range(10**9))

    def alternate(path: Path, _: bytes) -> None:
        replace(path, rule.format("false" if next(turns) % 2 else "true").encode())

    with changing(path, alternate):
        for _ in range(4):
            ran = policy_check("rules", "policies", "-o", "json", "--jobs", "3", cwd=tmp_path)
            report = json.loads(ran.stdout)
            code = versions[report["inputs"]["rules"][0]["sha256"]]
            assert ran.returncode == code
            assert report["summary"]["fail" if code else "pass"] == 30
