"""Damaged documents among sound ones: each is told of, and the findings of the rest stay as is."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Run

SOUND, DAMAGED = 40, 60
ACTIONS = ("ecr:PutImage", "ecr:*", "s3:GetObject", "iam:PassRole", "ecr:BatchGetImage", "*")
RESOURCES = ("*", "arn:aws:ecr:us-east-1:123456789012:repository/a", "arn:aws:s3:::b/*")
Damage = Callable[[random.Random, bytes], bytes]


def policy(rnd: random.Random) -> bytes:
    """Return a valid policy, in JSON, as often with a violation as not."""
    statements = [
        {
            "Sid": f"S{number}",
            "Effect": rnd.choice(("Allow", "Allow", "Deny")),
            "Action": rnd.sample(ACTIONS, rnd.randint(1, 3)),
            "Resource": rnd.sample(RESOURCES, rnd.randint(1, 2)),
        }
        for number in range(rnd.randint(1, 4))
    ]
    data = {"Version": "2012-10-17", "Statement": statements}
    return json.dumps(data, indent=rnd.choice((None, 1, 4))).encode()


def cut_off(rnd: random.Random, data: bytes) -> bytes:
    return data[: rnd.randrange(len(data))]


def any_byte(rnd: random.Random, data: bytes) -> bytes:
    at = rnd.randrange(len(data))
    return data[:at] + rnd.randbytes(1) + data[at + 1 :]


def no_utf_8(rnd: random.Random, data: bytes) -> bytes:
    at = rnd.randrange(len(data))
    return data[:at] + rnd.choice((b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\x80")) + data[at:]


def without(rnd: random.Random, data: bytes) -> bytes:
    at = rnd.randrange(len(data) - 8)
    return data[:at] + data[at + rnd.randint(1, 8) :]


def doubled(rnd: random.Random, data: bytes) -> bytes:
    at = rnd.randrange(len(data) - 20)
    return data[: at + 20] + data[at:]


def duplicate_key(rnd: random.Random, data: bytes) -> bytes:
    key = rnd.choice((b'"Effect"', b'"Action"', b'"Statement"', b'"Version"'))
    return data.replace(key, key + b": " + rnd.choice((b"1", b"[]", b'"x"')) + b", " + key, 1)


def wrong_type(rnd: random.Random, data: bytes) -> bytes:
    key = rnd.choice((b'"Effect": ', b'"Action": ', b'"Resource": ', b'"Sid": '))
    other = rnd.choice((b"null", b"1", b"{}", b"true", b"[[]]", b"NaN", b"1e999", b"[1]"))
    return data.replace(key, key + other + b', "Not": ', 1)


def misspelt(rnd: random.Random, data: bytes) -> bytes:
    word = rnd.choice((b"Statement", b"Effect", b"Action", b"Resource", b"Allow", b"2012"))
    return data.replace(word, word.swapcase(), 1)


def deep(rnd: random.Random, data: bytes) -> bytes:
    return data.replace(b'"Action": ', b'"Action": ' + b"[" * rnd.randint(65, 2000), 1)


def other_encoding(rnd: random.Random, data: bytes) -> bytes:
    return data.decode().encode(rnd.choice(("utf-16", "utf-32", "utf-16-be", "utf-32-le")))


DAMAGES: tuple[Damage, ...] = (
    cut_off,
    any_byte,
    no_utf_8,
    without,
    doubled,
    duplicate_key,
    wrong_type,
    misspelt,
    deep,
    other_encoding,
)


@pytest.mark.parametrize(("seed", "jobs"), [(1, "1"), (2, "2")])
def test_damaged_documents_hide_nothing_of_the_others(
    policy_check: Run, tmp_path: Path, seed: int, jobs: str
) -> None:
    rnd = random.Random(seed)  # noqa: S311 - the same damage every time
    folder = tmp_path / "policies"
    folder.mkdir()
    names = [f"{number:04}.json" for number in range(SOUND + DAMAGED)]
    damaged = sorted(rnd.sample(names, DAMAGED))
    for name in set(names) - set(damaged):
        (folder / name).write_bytes(policy(rnd))
    arguments = ("builtin", "policies", "-o", "json", "--jobs", jobs)
    alone = policy_check(*arguments, cwd=tmp_path)
    assert alone.returncode == 1
    for number, name in enumerate(damaged):
        (folder / name).write_bytes(DAMAGES[number % len(DAMAGES)](rnd, policy(rnd)))
    among = policy_check(*arguments, cwd=tmp_path)
    assert among.returncode == 2
    assert b"Traceback" not in among.stderr
    before, after = json.loads(alone.stdout), json.loads(among.stdout)
    bad = {f"policies/{name}" for name in damaged}
    kept = [each for each in after["findings"] if each["document"] not in bad]
    assert json.dumps(kept) == json.dumps(before["findings"])
    assert after["summary"]["documents"] == SOUND + DAMAGED
    told = [each for each in after["findings"] if each["rule"] == "valid-document"]
    for finding in told:
        _hold(finding, tmp_path)
    assert {each["document"] for each in told} <= bad
    _hold_the_rest(policy_check, tmp_path, sorted(bad - {each["document"] for each in told}), after)
    assert len({each["document"] for each in told}) > DAMAGED * 0.8


def _hold(finding: dict[str, Any], root: Path) -> None:
    """Hold a finding to a place that is in the file, and a reason."""
    assert finding["status"] == "error"
    assert len(finding["message"]) > 10
    place = finding["location"]
    if place is None:
        assert "save it as UTF-8" in finding["message"]  # then a file has no lines
        return
    text = (root / finding["document"]).read_bytes().decode("utf-8", "replace")
    line = text.split("\n")[place["line"] - 1]
    assert 1 <= place["column"] <= len(line) + 1


def _hold_the_rest(policy_check: Run, root: Path, valid: list[str], report: dict[str, Any]) -> None:
    """Hold what was damaged and is valid all the same to what is found in it alone."""
    assert valid
    ran = policy_check("builtin", *valid, "-o", "json", cwd=root)
    alone = json.loads(ran.stdout)
    assert alone["summary"]["documents"] == len(valid)
    assert alone["findings"] == [each for each in report["findings"] if each["document"] in valid]
