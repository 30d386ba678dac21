"""Prints what rules say of policies in which values are placeholders of a template.

    POLICY_CHECK_DATA=… PYTHONPATH=. python tools/placeholders.py [--share 0.5] [--seed 1]

Half of the account numbers, regions, partitions and names of a policy become placeholders. A rule
may say that it cannot decide the template, but must not find more in it, or less without a word.
Exits 1 if a rule does.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from pathlib import Path

from checker.api import load_rules
from tests.oracles.placeholders import compared, policies, template


def main() -> int:
    """Print the counts; return 1 if something is found in templates only, or is lost in them."""
    parser = argparse.ArgumentParser(description="Check policies with placeholders.")
    parser.add_argument("--share", type=float, default=0.5, help="of the values to replace")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--most", type=int, default=100_000, help="policies to check")
    parser.add_argument("--folder", default="", help="of the policies among the data")
    options = parser.parse_args()
    rnd = random.Random(options.seed)  # noqa: S311 - no secret
    found = list(policies(Path(os.environ["POLICY_CHECK_DATA"]) / "policies" / options.folder))
    rnd.shuffle(found)
    cases = ((name, data, template(rnd, data, options.share)) for name, data in found)
    chosen = [case for case in cases if case[1] != case[2]][: options.most]
    result = compared(load_rules("builtin", profile="strict"), chosen)
    share = result.undecided / result.policies if result.policies else 0
    print(f"{result.policies:>6} policies with placeholders")
    print(f"{result.undecided:>6} undecided ({share:.0%})")
    for rule, count in result.doubts.most_common():
        print(f"{count:>6}   by {rule}")
    print(f"{len(result.added):>6} findings that the policies do not have")
    print(f"{len(result.lost):>6} findings lost without a word")
    print(*(f"added: {each}" for each in result.added), sep="\n")
    print(*(f"lost: {each}" for each in result.lost), sep="\n")
    return 1 if result.added or result.lost else 0


if __name__ == "__main__":
    sys.exit(main())
