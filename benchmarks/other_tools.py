"""Hold our verdicts on the inputs of other tools' tests against the verdicts of these tools.

    POLICY_CHECK_DATA=… python benchmarks/other_tools.py [-v]

A table by tool and verdict: how many inputs we find something in, by severity, and how many we
refuse to decide. With `-v` every input on which the two differ.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter, defaultdict
from pathlib import Path

from checker import kinds
from checker.documents import Selection, find, load
from checker.evaluate import evaluate
from checker.reader import Limits
from checker.report import Severity, Status
from checker.rules import load as load_rules

BAD = frozenset({"bad", "exploitable", "privilege-escalation", "assert-true"})
"""Verdicts by which a tool wants something to be found."""


def main() -> int:
    """Print the table."""
    root = Path(os.environ["POLICY_CHECK_DATA"]) / "other-tools"
    index = json.loads((root / "index.json").read_text(encoding="utf-8"))
    verdicts = {each["file"]: each["verdict"] for each in index if each.get("verdict")}
    known = {kind.name: kind for kind in kinds.builtin()}
    rules = load_rules(["builtin"], known, {}, Limits()).rules
    selection = Selection((str(root),), known)
    table: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    differing = []
    for document in load(find(selection), selection, Limits()):
        name = document.path.split("other-tools/", 1)[-1]
        if name not in verdicts:
            continue
        outcomes = [(rule, evaluate(rule, document)) for rule in rules]
        failed = [rule for rule, outcome in outcomes if outcome.status is Status.FAIL]
        worst = max((rule.severity for rule in failed), default=None)
        ours = worst.label if worst else "nothing"
        if any(outcome.status is Status.ERROR for _, outcome in outcomes):
            ours = "refused"
        table[name.split("/")[0], verdicts[name]][ours] += 1
        found = ours == "refused" or (worst or Severity.LOW) >= Severity.MEDIUM
        if found is not (verdicts[name] in BAD):
            listed = ", ".join(rule.id for rule in failed) or "nothing"
            differing.append(f"{name}: {verdicts[name]}; ours: {listed}")
    columns = ["refused", *(each.label for each in sorted(Severity, reverse=True)), "nothing"]
    print(f"{'tool':<28}{'verdict':<22}" + "".join(f"{each:>10}" for each in columns))
    for (tool, verdict), counts in sorted(table.items()):
        row = "".join(f"{counts[each]:>10}" for each in columns)
        print(f"{tool:<28}{verdict:<22}{row}")
    print(f"{len(differing)} of {len(verdicts)} differ")
    if "-v" in sys.argv:
        print(*differing, sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
