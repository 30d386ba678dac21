"""The target about `compare`: the same in other words is nothing new, and what is new is told."""

from __future__ import annotations

import json
import random

from checker.report import Exit
from checker.run.comparison import compare
from checker.settings import Settings
from tests.fuzz.case import Case, SilentPassError, Target, hold
from tests.fuzz.gate import folder
from tests.fuzz.requests import HARMS, is_more, random_policy
from tests.fuzz.seeds import examples
from tests.fuzz.spelling import respelled
from tests.fuzz.writing import written


def _make(rnd: random.Random) -> Case:
    if rnd.random() < 0.3:
        old = rnd.choice([each.policy for each in examples() if each.kind == "aws-iam-policy"])
        new, verdict = respelled(rnd, old), "same"
    else:
        harm = rnd.choice(HARMS)
        old, new = random_policy(rnd, harm), random_policy(rnd, harm)
        if rnd.random() < 0.5:
            kept = rnd.choice(new["Statement"])
            old["Statement"].append(kept)
        verdict = "more" if is_more(old, new) else "any"
        new = respelled(rnd, new)
    files = {}
    for name, policy in (("old", old), ("new", new)):
        suffix, content = written(rnd, policy)
        files[name + suffix] = content.decode("latin-1")
    return Case(f"sides.{verdict}.json", json.dumps(files, indent=1).encode())


def judge_comparison(case: Case) -> None:
    """Hold two policies to what single requests show, or to nothing new where they are the same."""
    verdict = case.name.split(".")[1]
    files = json.loads(case.content)
    with folder() as place:
        for name, content in files.items():
            (place / name).write_bytes(content.encode("latin-1"))
        old, new = (str(place / name) for name in files)
        found = compare(old, new, Settings())
    code = found.exit_code
    said = [problem.message for each in found.comparisons for problem in each.problems]
    hold(not any("internal error" in each for each in said), str(said))
    if verdict == "more" and code not in (Exit.VIOLATIONS, Exit.NOT_EVALUATED):
        raise SilentPassError(f"exit {code}, though a request is allowed anew")
    shown = str(found.comparisons)
    hold(verdict != "same" or code != Exit.VIOLATIONS, f"the same is new access: {shown}")


TARGETS = (Target("comparison", _make, judge_comparison),)
