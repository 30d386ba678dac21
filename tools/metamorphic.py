"""Prints the rewritten policies that allow the same, and that rules about grants judge differently.

    python tools/metamorphic.py [--kind unless] [--rule ID]... [--cases 100] [--brief]
    python tools/metamorphic.py --narrower [--rule ID]... [--cases 100] [--brief]

`tests/oracles/metamorphic.py` rewrites the examples of the shipped rules and, where
POLICY_CHECK_DATA names a folder of test data, the policies there. A rewriting counts only if
`policy-check compare` proves that both sides allow the same. With `--narrower`, it prints the
narrower policies in which a rule finds what it does not find in the wider ones. Exits 1 if a rule
differs. The tests ask some rules about each policy, and this asks all.

    python tools/metamorphic.py --shrink

takes what no longer differs off `tests/rules/metamorphic_open.yaml`, which lists the rules that
still do. Nothing can be added to that list but by hand.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from itertools import islice
from pathlib import Path

import yaml

from tests.oracles import rule_laws
from tests.oracles.metamorphic import FAMILIES, REWRITINGS
from tests.oracles.narrowing import WAYS
from tests.oracles.rule_laws import Case, Difference, Origin

OPEN = Path(__file__).parents[1] / "tests" / "rules" / "metamorphic_open.yaml"


def main() -> int:
    """Print each difference and a summary for each rule and rewriting; return 1 if there is one."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--kind", choices=[*FAMILIES, *REWRITINGS], help="a family, or a rewriting")
    parser.add_argument("--rule", action="append", default=[], help="the id of a rule; repeatable")
    parser.add_argument("--cases", type=int, help="the most policies that are rewritten")
    parser.add_argument("--brief", action="store_true", help="print the summary only")
    parser.add_argument("--narrower", action="store_true", help="make policies narrower")
    parser.add_argument("--shrink", action="store_true", help="shorten the list of open rules")
    options = parser.parse_args()
    if options.shrink:
        return _shrink()
    rules = [rule for rule in rule_laws.shipped() if not options.rule or rule.id in options.rule]
    origins = list(islice(_origins(), options.cases))
    kinds = tuple(FAMILIES.get(options.kind, [options.kind] if options.kind else ()))
    made = rule_laws.narrowed(origins) if options.narrower else rule_laws.cases(origins, kinds)
    cases, differences = list(made), []
    for each in (rule_laws.added if options.narrower else rule_laws.differences)(rules, cases):
        differences.append(each)
        if not options.brief:
            print(each)
    _summary(cases, differences)
    return 1 if differences else 0


def _origins() -> list[Origin]:
    return [each for origins in _sources().values() for each in origins]


def _sources() -> dict[str, list[Origin]]:
    place = os.environ.get("POLICY_CHECK_DATA")
    found = {"examples": list(rule_laws.examples(rule_laws.shipped()))}
    return {**found, "collected": list(rule_laws.collected(Path(place)))} if place else found


def _summary(cases: list[Case], differences: list[Difference]) -> None:
    proved = Counter(case.rewriting for case in cases if case.holds)
    dropped = Counter(case.rewriting for case in cases if not case.holds)
    judged = {id(each.case): each.case.rewriting for each in differences}
    differing = Counter(judged.values())
    print(f"{'rewriting':30} proved  not proved  judged differently")
    for name in (*REWRITINGS, *WAYS):
        if proved[name] or dropped[name]:
            print(f"{name:30} {proved[name]:6} {dropped[name]:11} {differing[name]:19}")
    for rule, count in rule_laws.counted(differences).items():
        print(f"{rule}: {count}")
    print(
        f"{proved.total():,} proved pairs, {dropped.total():,} dropped, "
        f"{len(judged):,} judged differently by {len({each.rule for each in differences})} rules"
    )


def _shrink() -> int:
    """Lower the numbers of the list of open rules; return 1 if one would have to be raised."""
    text = OPEN.read_text(encoding="utf-8")
    listed, rules, raised = yaml.safe_load(text), rule_laws.shipped(), False
    for source, origins in _sources().items():
        for family, known in listed[source].items():
            found = rule_laws.measured(rules, origins, family).differing
            for rule in sorted(found.keys() | known.keys()):
                now, before = found.get(rule, 0), known.get(rule, 0)
                raised = raised or now > before
                if now > before:
                    print(f"{source}, {family}: {rule} differs {now} times, {before} are listed")
                elif now:
                    known[rule] = now
                else:
                    del known[rule]
    heading = "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))
    OPEN.write_text(heading + yaml.safe_dump(listed, sort_keys=False), encoding="utf-8")
    return 1 if raised else 0


if __name__ == "__main__":
    sys.exit(main())
