"""Compares our findings on AWS's managed policies with those of IAM Access Analyzer.

    POLICY_CHECK_DATA=… python tools/access_analyzer.py [--show CODE]

A finding is a code and a place. `data/access-analyzer` has what AWS's service said of 442 managed
policies; what it says nothing of is counted as a false alarm of ours.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from pathlib import Path

from checker.iam.validation import CODES
from tests.oracles.access_analyzer import ours, theirs


def main() -> int:
    """Print precision and recall per code."""
    parser = argparse.ArgumentParser(description="Compare findings with IAM Access Analyzer's.")
    parser.add_argument("--show", metavar="CODE", help="print every difference of a code, or all")
    options = parser.parse_args()
    data = Path(os.environ["POLICY_CHECK_DATA"])
    aws, own = theirs(data), ours(data)
    codes = Counter(code for _, code, _ in aws | own)
    print(f"{'code':<50}{'AWS':>6}{'ours':>6}{'both':>6}{'precision':>11}{'recall':>8}")
    for code in sorted(codes, key=lambda code: (CODES[code].type, code)):
        one, other = ({each for each in found if each[1] == code} for found in (aws, own))
        both = len(one & other)
        precision = f"{both / len(other):.0%}" if other else "-"
        recall = f"{both / len(one):.0%}" if one else "-"
        print(f"{code:<50}{len(one):>6}{len(other):>6}{both:>6}{precision:>11}{recall:>8}")
        if options.show in (code, "all"):
            for mark, only in (("AWS ", one - other), ("ours", other - one)):
                for name, _, place in sorted(only):
                    print(f"    {mark} {name} {place}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
