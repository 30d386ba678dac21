"""Targets about the gate as a whole: what is wrong never passes, however it is written.

What an input must get stands in its file's name: `RULE.KIND.VERDICT.json`.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from checker.report import Exit
from tests.fuzz.case import Case, SilentPassError, Target, hold
from tests.fuzz.damage import damaged
from tests.fuzz.gate import STATUSES, decided, exit_code, folder, run, sources
from tests.fuzz.requests import HARMS, random_policy
from tests.fuzz.seeds import Seed, examples, shipped
from tests.fuzz.spelling import respelled
from tests.fuzz.widening import widened
from tests.fuzz.writing import twice, written

ABOUT_WORDS = {"validity-elements", "validity-redundancy", "validity-size"}
"""Rules about how a policy is written, which say another thing when it is written otherwise."""
ABOUT_A_STATEMENT = {
    "no-service-wildcard-on-all",
    "organizations-scp-denies-leaving",
    "organizations-scp-region-exemptions",
}
"""Rules about what one statement says, which two say together no longer."""
NOT_RISING = {
    "ecr-authorization-token-on-all": "what it is against is a resource that is too narrow",
    "iam-mfa-cannot-be-missed": "a condition that does not hold what it says is worse than none",
}
"""Rules that may pass what allows more, and why."""


def _name(seed: Seed, suffix: str) -> str:
    return f"{seed.rule}.{seed.kind}.{seed.verdict}{suffix}"


def _expected(case: Case) -> tuple[str, str, str]:
    rule, kind, verdict, *_ = case.name.split(".")
    return rule, kind, verdict


# ---- the same in other words ----


def _make_spelling(rnd: random.Random) -> Case:
    seed = rnd.choice([each for each in examples() if each.rule not in ABOUT_WORDS])
    made = respelled(rnd, seed.policy, whole=seed.rule in ABOUT_A_STATEMENT)
    suffix, content = written(rnd, made)
    if suffix != ".json" and rnd.random() < 0.2:
        content = twice(content)
    return Case(_name(seed, suffix), content)


def judge_spelling(case: Case) -> None:
    """Hold a policy to what its rule says of it in its first words."""
    rule, kind, verdict = _expected(case)
    code = exit_code(case, [shipped()[rule]], kind)
    if verdict in STATUSES and code in (Exit.OK, Exit.NOTHING_CHECKED):
        raise SilentPassError(f"{rule}: exit {code}, not {verdict}")
    wanted = {"pass": Exit.OK, "skip": Exit.NOTHING_CHECKED, **STATUSES}[verdict]
    hold(code == wanted, f"{rule}: exit {code}, not {verdict}")


# ---- more than what is too much ----


def _make_widening(rnd: random.Random) -> Case:
    seed = rnd.choice(
        [
            each
            for each in examples()
            if each.verdict == "fail"
            and not each.rule.startswith("validity-")
            and each.rule not in NOT_RISING
        ]
    )
    suffix, content = written(rnd, respelled(rnd, widened(rnd, seed.policy), whole=True))
    return Case(_name(seed, suffix), content)


def judge_widening(case: Case) -> None:
    """Hold a policy to a verdict against it: of its own rule, or of another on what it allows."""
    rule, kind, _ = _expected(case)
    if exit_code(case, [shipped()[rule]], kind) in STATUSES.values():
        return
    others = [each for name, each in shipped().items() if not name.startswith("validity-")]
    if decided(case, others, kind).exit_code not in STATUSES.values():
        raise SilentPassError(f"{rule} and all others pass what allows more")


# ---- what is broken ----


def _make_damage(rnd: random.Random) -> Case:
    seed = rnd.choice(examples())
    suffix, content = damaged(rnd, seed.policy)
    return Case(_name(seed._replace(verdict="error"), suffix), content)


def judge_damage(case: Case) -> None:
    """Hold a broken policy to exit 2, and to a finding that says where and what."""
    rule, kind, _ = _expected(case)
    code = exit_code(case, [shipped()[rule]], kind)
    if code in (Exit.OK, Exit.NOTHING_CHECKED):
        raise SilentPassError(f"what is broken exits {code}")
    hold(code == Exit.NOT_EVALUATED, f"what is broken exits {code}")


# ---- what single requests show ----


def _make_request(rnd: random.Random) -> Case:
    harm = rnd.choice(HARMS)
    policy = random_policy(rnd, harm)
    verdict = "fail" if harm.is_done(policy) else "any"
    made = respelled(rnd, policy) if rnd.random() < 0.5 else policy
    suffix, content = written(rnd, made)
    return Case(f"{harm.rule}.aws-iam-policy.{verdict}{suffix}", content)


def judge_request(case: Case) -> None:
    """Hold a policy under which single requests do the harm to a verdict against it."""
    rule, kind, verdict = _expected(case)
    code = exit_code(case, [shipped()[rule]], kind)
    if verdict == "fail" and code not in STATUSES.values():
        raise SilentPassError(f"{rule}: exit {code}, though the requests are allowed")


# ---- one among many ----


def _make_folder(rnd: random.Random) -> Case:
    seed = rnd.choice([each for each in examples() if each.kind == "aws-iam-policy"])
    others = [each.policy for each in rnd.choices(examples(), k=rnd.choice((0, 1, 3)))]
    files: dict[str, str] = {}
    for policy in (seed.policy, *others):
        suffix, content = written(rnd, policy)
        files[_path(rnd, suffix)] = content.decode("latin-1")
    for _ in range(rnd.choice((0, 1, 3))):
        suffix, content = damaged(rnd, seed.policy)
        files[_path(rnd, rnd.choice((suffix, ".txt", "")))] = content.decode("latin-1")
    if rnd.random() < 0.3:
        files[_path(rnd, ".json")] = "-> " + rnd.choice((*files, "..", "nowhere", "."))
    content = json.dumps({"rule": seed.rule, "files": files}, indent=1).encode()
    return Case("folder.json", content)


def _path(rnd: random.Random, suffix: str) -> str:
    word = "".join(rnd.choices("ab.-_ é\u202e\n:*#", k=rnd.choice((1, 3, 8)))).strip("/") + "x"
    depth = rnd.choice((0, 0, 1, 2))
    inside = rnd.choice(("a", ".hidden", "a.json", "-o", " ", "é"))
    suffix = suffix.upper() if rnd.random() < 0.2 else suffix
    return "/".join([*[inside] * depth, word + suffix])


def judge_folder(case: Case) -> None:
    """Hold a folder to the worst of its files, each decided alone, whatever lies beside it."""
    given: dict[str, Any] = json.loads(case.content)
    rule = shipped()[given["rule"]]
    with folder() as place:
        root = place / "in"
        root.mkdir()
        written_ = [_put(root, path, text) for path, text in given["files"].items()]
        alone = [
            _alone(path, text, rule)
            for path, text in zip(written_, given["files"].values(), strict=True)
            if path
        ]
        code = run(place, [*sources([rule]), str(root)])
    worst = max(
        [each for each in alone if each is not None],
        default=Exit.NOTHING_CHECKED,
        key=_RANK.__getitem__,
    )
    if code in (Exit.OK, Exit.NOTHING_CHECKED) and worst in STATUSES.values():
        raise SilentPassError(f"the folder exits {code}, a file in it {worst}")
    hold(code in (worst, Exit.NOT_EVALUATED), f"the folder exits {code}, not {worst}")


_RANK: dict[int, int] = {
    Exit.NOTHING_CHECKED: 0,
    Exit.OK: 1,
    Exit.VIOLATIONS: 2,
    Exit.NOT_EVALUATED: 3,
}


def _put(root: Path, name: str, text: str) -> Path | None:
    """Write a file or a link; None where there is one of the name already, or a folder."""
    path = root / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if text.startswith("-> "):
            path.symlink_to(text.removeprefix("-> "))
        else:
            with path.open("xb") as file:
                file.write(text.encode("latin-1"))
    except OSError:
        return None
    return path


def _alone(path: Path, text: str, rule: Any) -> int | None:
    """Return the exit code of a file by itself; None where it is not read as a document."""
    if text.startswith("-> ") or path.suffix.lower() not in (".json", ".yaml", ".yml"):
        return None
    return decided(Case(path.name, text.encode("latin-1")), [rule]).exit_code


TARGETS = (
    Target("spelling", _make_spelling, judge_spelling),
    Target("widening", _make_widening, judge_widening),
    Target("damage", _make_damage, judge_damage),
    Target("request", _make_request, judge_request),
    Target("folder", _make_folder, judge_folder),
)
