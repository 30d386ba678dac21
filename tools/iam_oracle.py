"""Prints the random small policies on which what we decide differs from enumeration.

    python tools/iam_oracle.py [--of containment] [--cases 100000] [--seed 0]

`tests/oracles/iam_oracle.py` enumerates all requests to both policies and knows nothing of our
code. Only `whole` holds two of our own answers against each other: those of `allows` and of
`mayAllow` about a request of which everything is given.
"""

from __future__ import annotations

import argparse
import random
import sys
import time

from tests.iam import (
    test_access_oracle,
    test_containment,
    test_question_oracle,
    test_statement_oracle,
    test_whole_requests,
)

ORACLES = {
    "containment": test_containment.disagreement,
    "variables": test_containment.missed_by_a_variable,
    "access": test_access_oracle.disagreement,
    "statements": test_statement_oracle.disagreement,
    "parts": test_question_oracle.disagreement,
    "whole": test_whole_requests.disagreement,
}


def main() -> int:
    """Print every disagreement, and how many cases there were; return 1 if there is one."""
    parser = argparse.ArgumentParser(description="Compare answers with enumeration.")
    parser.add_argument("--of", choices=ORACLES, default="containment")
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    start, wrong = time.monotonic(), 0
    for case in range(options.seed, options.seed + options.cases):
        found = ORACLES[options.of](random.Random(case))  # noqa: S311 - no secret
        if found:
            wrong += 1
            print(f"case {case}: {found}")
    spent = time.monotonic() - start
    print(f"{options.cases:,} cases, {wrong} disagreements, {spent:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
