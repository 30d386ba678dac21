"""Prints the branches and planted mistakes of rules that their examples do not notice.

    python tools/rule_mutants.py [--rule ID]... [RULE_FILE...]

Without files all shipped rules are measured. Mutants that no example can kill are excused in
`tests/oracles/rule_mutants.yaml`. Exits 1 where an example is missing or an excuse is for nothing,
2 where a rule cannot be read.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from checker.problems import InputError
from tests.oracles.rule_mutants import Measure, load, measure, read_excuses, shipped_files


def main() -> int:
    """Print a row for every rule, under it what its examples miss, and the score of all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rule", action="append", default=[], help="the id of a rule; repeatable")
    parser.add_argument("files", nargs="*", type=Path, metavar="RULE_FILE")
    options = parser.parse_args()
    wanted, files = set(options.rule), options.files or shipped_files()
    if wanted and not options.files:
        files = [path for path in files if path.stem in wanted] or files
    try:
        subjects = [subject for path in files for subject in load(path)]
    except InputError as error:
        for problem in error.problems:
            line = problem.location.line if problem.location else 1
            print(f"{problem.path}:{line}: {problem.message}", file=sys.stderr)
        return 2
    chosen = [subject for subject in subjects if not wanted or subject.rule.id in wanted]
    if unknown := wanted - {subject.rule.id for subject in chosen}:
        print(f"no such rule: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    excuses = read_excuses()
    width = max((len(subject.rule.id) for subject in chosen), default=0)
    print(f"{'rule':{width}}  branches   mutants")
    measures = []
    for subject in chosen:
        measures.append(measure(subject, excuses))
        print("\n".join(_lines(measures[-1], width)), flush=True)
    print("\n".join(_total(measures)))
    return 0 if all(each.complete for each in measures) else 1


def _lines(each: Measure, width: int) -> Iterator[str]:
    covered = f"{len(each.branches) - len(each.uncovered)}/{len(each.branches)}"
    killed = f"{each.killed}/{each.killed + len(each.survivors)}"
    yield f"{each.rule:{width}}  {covered:>8}  {killed:>8}"
    for text in each.wrong:
        yield f"  wrong example  {text}"
    for text in each.uncovered:
        yield f"  not covered    {text}"
    for mutant in each.survivors:
        yield f"  survives       {mutant.text}"
        yield f"                   {mutant.advice}"
    for text in each.stale:
        yield f"  stale excuse   {text}"


def _total(measures: Sequence[Measure]) -> Iterator[str]:
    branches = sum(len(each.branches) for each in measures)
    covered = branches - sum(len(each.uncovered) for each in measures)
    killed = sum(each.killed for each in measures)
    mutants = killed + sum(len(each.survivors) for each in measures)
    excused = sum(len(each.excused) for each in measures)
    invalid = sum(each.invalid for each in measures)
    rules = f"{len(measures)} rule{'' if len(measures) == 1 else 's'}"
    yield f"{rules}, {sum(each.complete for each in measures)} of them complete"
    yield f"branches covered: {covered}/{branches} ({_percent(covered, branches)})"
    yield (
        f"mutants killed: {killed}/{mutants} ({_percent(killed, mutants)}); not counted: "
        f"{excused} excused, {invalid} that are no rule"
    )


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "none"


if __name__ == "__main__":
    sys.exit(main())
