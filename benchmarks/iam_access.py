"""How many policies a second `access` decides for the push guardrail, and how that grows.

    POLICY_CHECK_DATA=… python benchmarks/iam_access.py [--passes 5]

Every pass normalises all of AWS's managed policies anew and asks what the shipped rule asks.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from checker.iam.access import access
from checker.iam.statement import Policy, policy

GOAL = 5_000
PUSH = ["ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage"]


def ask(data: dict[str, Any]) -> Policy:
    """Return a policy of which the push guardrail asked what it asks."""
    known = policy(data)
    found = access(known, PUSH)
    if found.granted:
        _ = len(found.resources) == 1 and all(each.is_literal() for each in found.resources)
    return known


def size(known: Policy) -> int:
    """Return the number of entries that a policy's statements have."""
    return sum(
        len(each.actions) + len(each.not_actions) + len(each.resources) + len(each.not_resources)
        for each in known.statements
    )


def main() -> int:
    """Print policies per second, peak memory, and the time by size; return 1 under the goal."""
    parser = argparse.ArgumentParser(description="Measure access on AWS's managed policies.")
    parser.add_argument("--passes", type=int, default=5)
    options = parser.parse_args()
    root = Path(os.environ["POLICY_CHECK_DATA"]) / "policies" / "aws-managed"
    data = [json.loads(path.read_text()) for path in sorted(root.rglob("*.json"))]
    rates = []
    for number in range(options.passes):
        start = time.perf_counter()
        for each in data:
            ask(each)
        rates.append(len(data) / (time.perf_counter() - start))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"pass {number + 1}: {rates[-1]:8,.0f} policies/s, {memory} MiB at most")
    print(f"best: {max(rates):,.0f} policies/s (goal {GOAL:,})\n")
    spent: dict[int, list[float]] = defaultdict(list)
    for each in data:
        best = math.inf
        for _ in range(5):
            start = time.perf_counter()
            known = ask(each)
            best = min(best, time.perf_counter() - start)
        spent[max(size(known), 1).bit_length()].append(best / max(size(known), 1) * 1e6)
    print("entries of a policy      policies   µs per entry")
    for bits, times in sorted(spent.items()):
        mean = sum(times) / len(times)
        print(f"{1 << bits - 1:>6,} to {(1 << bits) - 1:>6,} {len(times):>12,} {mean:>14.2f}")
    return 0 if max(rates) >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
