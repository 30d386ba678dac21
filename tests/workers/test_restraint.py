"""What is done before documents are decided takes no more time and memory than it may."""

from __future__ import annotations

import json
import os
import resource
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from checker import rules
from checker.problems import InputError
from checker.reader import Limits
from checker.run import pipeline
from checker.settings import Settings
from checker.settings.config import known_kinds, load
from checker.workers import Bounds, Workers, rehearse, restrained, restraint
from tests.support.command import ROOT, Run
from tests.support.mishaps import abort

pytestmark = pytest.mark.skipif(os.name != "posix", reason="limits are those of POSIX")
POLICIES = str(ROOT / "examples" / "policies")


def spin() -> None:
    while True:
        try:
            sum(range(1000))
        except Exception:  # noqa: BLE001, S112 - what keeps every mistake keeps no limit
            continue


def test_what_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restraint, "LEAST", 0.2)
    with (
        pytest.raises(InputError, match=r"took more than 0.3 s of processor time: check fewer"),
        restrained(Workers(1, Bounds(seconds=0.1))),
    ):
        spin()


def test_rules_that_take_too_long_to_read_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restraint, "LEAST", 0.2)
    monkeypatch.setattr(rules, "load", lambda *_, **__: spin())
    settings = Settings(["builtin"], [POLICIES], workers=Workers(1, Bounds(seconds=0.1)))
    with pytest.raises(InputError, match="rules, configuration and the list of files took more"):
        pipeline.check(settings)


def test_memory_that_runs_out_is_told() -> None:
    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = used * resource.getpagesize() + (64 << 20)
    with (
        pytest.raises(InputError, match="not enough memory for rules, configuration and"),
        restrained(Workers(1, Bounds(max_memory=most))),
    ):
        bytearray(128 << 20)


def test_what_was_set_before_holds_afterwards() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS), signal.getsignal(signal.SIGPROF)
    with restrained(Workers()):
        assert resource.getrlimit(resource.RLIMIT_AS)[0] == Bounds().max_memory
        assert signal.getitimer(signal.ITIMER_PROF)[0] > 50
    assert (resource.getrlimit(resource.RLIMIT_AS), signal.getsignal(signal.SIGPROF)) == before
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)


def test_a_limit_that_the_system_sets_already_is_not_raised() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    lower = 8 << 30
    resource.setrlimit(resource.RLIMIT_AS, (lower, before[1]))
    try:
        with restrained(Workers(1, Bounds(max_memory=16 << 30))):
            assert resource.getrlimit(resource.RLIMIT_AS)[0] == lower
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def test_other_mistakes_pass() -> None:
    with pytest.raises(ZeroDivisionError), restrained(Workers()):
        _ = 1 // 0
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)


def test_nothing_is_limited_outside_the_main_thread() -> None:
    timers = []

    def run() -> None:
        with restrained(Workers()):
            timers.append(signal.getitimer(signal.ITIMER_PROF))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert timers == [(0, 0)]


def test_schemas_hold_no_more_values_than_can_be_compiled(tmp_path: Path) -> None:
    many = "{" + '"allOf": [' + "{}," * 300_000 + "{}]}"
    (tmp_path / "many.json").write_text(many, encoding="utf-8")
    config = tmp_path / "policy-check.yaml"
    config.write_text("kinds: [{name: a, schema: many.json}]\n", encoding="utf-8")
    assert "a" in known_kinds(load(config, Limits()), Limits())
    config.write_text(
        "kinds: [{name: a, schema: many.json}, {name: b, schema: many.json}]\n", encoding="utf-8"
    )
    with pytest.raises(InputError, match="have more than 500,000 values: use fewer kinds") as met:
        known_kinds(load(config, Limits()), Limits())
    (problem,) = met.value.problems
    assert problem.pointer == "/kinds/1/schema"


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (abort, "not enough memory for all of it"),
        (lambda: bytearray(1 << 34), "not enough memory for all of it"),
        (spin, "all of it took more than 0.3 s of processor time"),
    ],
)
def test_what_may_end_a_process_is_rehearsed(
    monkeypatch: pytest.MonkeyPatch, what: Callable[[], object], told: str
) -> None:
    monkeypatch.setattr(restraint, "LEAST", 0.2)
    with pytest.raises(InputError, match=told):
        rehearse(what, Workers(1, Bounds(seconds=0.1)), "all of it")


def test_what_raises_in_a_rehearsal_is_met_again() -> None:
    rehearse(lambda: 1 // 0, Workers(1), "all")
    rehearse(lambda: None, Workers(1), "all")
    rehearse(abort, None, "all")


def test_schemas_that_end_a_process_are_refused(policy_check: Run, tmp_path: Path) -> None:
    """Each of these patterns takes some 150 KB; Rust ends the process where there is no more."""
    patterns = {f"k{each}": {"pattern": f"^[\\w-]{{900}}x{each}$"} for each in range(6_000)}
    schema = {"type": "object", "properties": patterns}
    (tmp_path / "s.json").write_text(json.dumps(schema), encoding="utf-8")
    settings = "kinds: [{name: k, schema: s.json}]\npaths: {'*.json': k}\n"
    (tmp_path / "policy-check.yaml").write_text(settings, encoding="utf-8")
    ran = policy_check("builtin:ecr", POLICIES, "--max-memory", "400M", cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, b"")
    assert b"not enough memory for the schemas of kinds" in ran.stderr
    assert b"backtrace" not in ran.stderr


def test_time_is_bounded_where_the_signal_was_blocked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(restraint, "LEAST", 0.2)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGPROF})
    try:
        with pytest.raises(InputError), restrained(Workers(1, Bounds(seconds=0.1))):
            spin()
        assert signal.SIGPROF in signal.pthread_sigmask(signal.SIG_BLOCK, ())
        with pytest.raises(InputError):
            rehearse(spin, Workers(1, Bounds(seconds=0.1)), "all")
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
