"""Random pairs of small policies in; where containment differs from enumeration, out.

    python benchmarks/iam_containment.py [--cases 100000] [--seed 0]

`tests/iam_oracle.py` enumerates all requests to both policies and knows nothing of our code.
"""

from __future__ import annotations

import argparse
import random
import sys
import time

from tests.test_iam_containment import disagreement


def main() -> int:
    """Print every disagreement, and how many cases there were; return 1 if there is one."""
    parser = argparse.ArgumentParser(description="Compare containment with enumeration.")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    start, wrong = time.monotonic(), 0
    for case in range(options.seed, options.seed + options.cases):
        found = disagreement(random.Random(case))  # noqa: S311 - no secret
        if found:
            wrong += 1
            print(f"case {case}: {found}")
    spent = time.monotonic() - start
    print(f"{options.cases:,} cases, {wrong} disagreements, {spent:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
