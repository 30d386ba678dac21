"""Plants every mistake that would open the gate, and prints which of them the tests notice.

    PYTHONPATH=. python tools/gate_mutants.py [--only TEXT]... [--json]

`tests/oracles/gate_mutants.yaml` holds them. Each is planted in a copy of the package, and the
tests that must notice it are run there. These must all pass first on a copy without a mistake.
Exits 1 where a mutant survives, hangs, keeps the tests from running, or has no place of its own.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.oracles.gate_mutants import Mutant, Outcome, Result, copied, load, run
from tests.oracles.planting import Package, PlantingError, planted

_SECONDS_OF_ALL = 1200
"""What all the named tests may take together on a copy without a mistake."""


def main() -> int:
    """Print a line for every mutant and how many were killed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", action="append", default=[], help="a part of a mutant's name")
    parser.add_argument("--json", action="store_true", help="print the counts alone, as JSON")
    options = parser.parse_args()
    chosen = [
        mutant
        for mutant in load()
        if not options.only or any(text in mutant.name for text in options.only)
    ]
    counts = _planted(chosen, silent=options.json)
    killed, total = counts[Result.KILLED], counts.total()
    if options.json:
        print(json.dumps({"mutants": total, "killed": killed}))
    else:
        print(f"{killed} of {total} killed")
    return 0 if total and killed == total else 1


def _planted(mutants: list[Mutant], *, silent: bool) -> Counter[str]:
    """Plant mutants one after another and count what became of them."""
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        copy = copied(Path(folder))
        tests = sorted({test for mutant in mutants for test in mutant.tests})
        clean = run(copy, tests, _SECONDS_OF_ALL) if tests else None
        if clean is None or clean.result is not Result.SURVIVED:
            said = clean.said if clean else "no such mutant"
            print(f"without a mistake the tests do not pass:\n{said}", file=sys.stderr)
            return counts
        package = Package(copy / "checker")
        for mutant in mutants:
            outcome = _one(mutant, copy, package)
            counts[outcome.result] += 1
            if not silent:
                print(f"{outcome.result:9} {mutant.mistake.within:32} {mutant.name}", flush=True)
            if outcome.result is not Result.KILLED:
                print(f"{mutant.name}: {outcome.result}\n{outcome.said}", file=sys.stderr)
    return counts


def _one(mutant: Mutant, copy: Path, package: Package) -> Outcome:
    try:
        with planted(mutant.mistake, package):
            return run(copy, mutant.tests)
    except PlantingError as error:
        return Outcome(Result.BROKEN, str(error))


if __name__ == "__main__":
    sys.exit(main())
