"""What a run passes over is in its report."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.command import ROOT, Run
from tests.support.git import NEEDS_GIT, commit

PASSES = (ROOT / "examples" / "policies" / "ecr-one-repository.json").read_text(encoding="utf-8")
RULE = ROOT / "rules" / "ecr" / "ecr-push-to-one-repository.yaml"


def put(name: Path, text: str = PASSES) -> None:
    name.parent.mkdir(parents=True, exist_ok=True)
    name.write_text(text, encoding="utf-8")


@NEEDS_GIT
def test_all_that_is_passed_over_is_told(policy_check: Run, tmp_path: Path) -> None:
    repo = tmp_path / "repo"
    put(repo / ".gitignore", "build/\n*.tmp.json\n")
    for name in ("p/a.json", "p/b.json", "p/c.conf", "p/d.md", "p/e.txt"):
        put(repo / name)
    put(repo / "p/e.txt", "nothing")
    commit(repo)
    put(repo / "p/build/a.json")
    put(repo / "p/x.tmp.json")
    ran = policy_check(RULE, "p", "--no-config", "--exclude", "p/b.json", "-o", "json", cwd=repo)
    inputs = json.loads(ran.stdout)["inputs"]
    assert ran.returncode == 0
    assert inputs["ignored"] == ["p/build", "p/x.tmp.json"]
    assert inputs["excluded"] == ["p/b.json"]
    assert inputs["mentioned"] == ["p/d.md"]
    assert inputs["unread"] == ["p/c.conf"]
    assert inputs["files"] == {"read": 4, "without_documents": 1}
