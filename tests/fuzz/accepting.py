"""The target about waivers: one that fits waives, and one with any fault in it waives nothing."""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Callable
from functools import cache
from typing import Any

from checker.report import Exit
from tests.fuzz.case import Case, SilentPassError, Target, hold
from tests.fuzz.gate import STATUSES, decided, folder, run, sources
from tests.fuzz.mutation import mutated
from tests.fuzz.reading import YAML_WORDS
from tests.fuzz.seeds import Seed, examples, shipped
from tests.fuzz.writing import as_yaml

_PATH = "in/policy.json"
Entry = dict[str, Any]


@cache
def _seeds() -> tuple[Seed, ...]:
    """Return examples that fail and may be waived, with nothing undecided."""
    return tuple(
        each
        for each in examples()
        if each.verdict == "fail"
        and each.kind == "aws-iam-policy"
        and shipped()[each.rule].file.waivable
        and decided(_policy(each), [shipped()[each.rule]]).exit_code is Exit.VIOLATIONS
    )


def _policy(seed: Seed) -> Case:
    return Case("policy.json", json.dumps(seed.policy).encode())


def _make(rnd: random.Random) -> Case:
    seed = rnd.choice(_seeds())
    entry: Entry = {
        "rule": seed.rule,
        "document": _PATH,
        "reason": rnd.choice(("the split is under way", "é", "7")),
        "owner": "platform-security",
        "expires": rnd.choice(("2026-11-25", "2026-12-31", "2027-12-30")),
    }
    verdict = "waived"
    if rnd.random() < 0.7:
        verdict = "fail"
        rnd.choice(_FAULTS)(rnd, entry)
    text = as_yaml(rnd, {"waivers": [entry]}).encode()
    if rnd.random() < 0.2:
        verdict, text = "any", mutated(rnd, text, YAML_WORDS, text)
    content = {"rule": seed.rule, "policy": seed.policy, "waivers": text.decode("latin-1")}
    return Case(f"waivers.{verdict}.json", json.dumps(content, indent=1).encode())


def judge_waiver(case: Case) -> None:
    """Hold a policy that fails to pass where its waiver fits, and nowhere else."""
    given = json.loads(case.content)
    verdict = case.name.split(".")[1]
    with folder() as place, contextlib.chdir(place):
        (place / "in").mkdir()
        (place / _PATH).write_text(json.dumps(given["policy"]), encoding="utf-8")
        (place / "waivers.yaml").write_bytes(given["waivers"].encode("latin-1"))
        rules = sources([shipped()[given["rule"]]])
        code = run(place, [*rules, "in", "--waivers", "waivers.yaml"])
    if verdict == "fail" and code not in STATUSES.values():
        raise SilentPassError(f"exit {code} by a waiver with a fault")
    hold(verdict != "waived" or code == Exit.OK, f"exit {code}, though it is waived")


# ---- faults ----


def _lacking(rnd: random.Random, entry: Entry) -> None:
    del entry[rnd.choice(list(entry))]


def _empty(rnd: random.Random, entry: Entry) -> None:
    entry[rnd.choice(list(entry))] = rnd.choice(("", " ", "\t", None, [], {}, True, "..", "-"))


def _day(rnd: random.Random, entry: Entry) -> None:
    days = ("2026-11-24", "2020-01-01", "2027-12-31", "9999-12-31", "2026-02-30", "2026-W48-3")
    entry["expires"] = rnd.choice((*days, "20261231", "2026-12-31 ", 2026, "tomorrow"))


def _rule(rnd: random.Random, entry: Entry) -> None:
    others = [name for name in shipped() if name != entry["rule"]]
    entry["rule"] = rnd.choice((rnd.choice(others), entry["rule"].upper(), "*", "no-such-rule"))


def _document(rnd: random.Random, entry: Entry) -> None:
    others = ("policy.json", "in/*", "*", "./in/policy.json", "IN/policy.json", "in/policy.json ")
    entry["document"] = rnd.choice((*others, "in//policy.json", "in/../in/policy.json", "in"))


def _subject(rnd: random.Random, entry: Entry) -> None:
    entry["subject"] = rnd.choice(("/Statement/99", "/", "Statement/0", "/statement/0", "*"))


def _fingerprint(rnd: random.Random, entry: Entry) -> None:
    entry["fingerprint"] = rnd.choice(("0" * 32, "*", "", "f" * 31, "F" * 32))


def _more(rnd: random.Random, entry: Entry) -> None:
    entry[rnd.choice(("x", "Rule", "until", "rules", "kind"))] = rnd.choice(("a", 1, None))


_FAULTS: tuple[Callable[[random.Random, Entry], None], ...] = (
    *(_lacking, _empty, _day, _rule, _document, _subject, _fingerprint, _more),
)

TARGETS = (Target("waiver", _make, judge_waiver),)
