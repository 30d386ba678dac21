"""Prints what suites, random inputs and planted mistakes show about the gate.

    PYTHONPATH=. python tools/gate_counts.py [--seconds 600] [--seed 1] [--skip PART]...

One table, of the figures that SECURITY.md tells. Each part is a script here that can be run by
itself. Exits 1 where a part found something, and 2 where one could not be run, such as that of the
suites without POLICY_CHECK_DATA.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    """Print the table; return 1 where something was found, 2 where a part is missing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=600, help="for the random inputs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--skip", action="append", choices=["reading", "fuzz", "gate_mutants"])
    options = parser.parse_args()
    fuzz = ["--seconds", str(options.seconds), "--seed", str(options.seed)]
    parts: dict[str, Sequence[str]] = {"reading": [], "fuzz": fuzz, "gate_mutants": []}
    codes = [
        _part(name, arguments)
        for name, arguments in parts.items()
        if name not in (options.skip or ())
    ]
    return max(codes, default=2)


def _part(name: str, arguments: Sequence[str]) -> int:
    """Run a script and print its counts; return its exit code."""
    print(f"{name} (tools/{name}.py {' '.join(arguments)})".replace(" )", ")"), flush=True)
    ran = subprocess.run(
        [sys.executable, HERE / f"{name}.py", "--json", *arguments],
        env={**os.environ, "PYTHONPATH": str(HERE.parent)},
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if not ran.stdout:
        print("  not run")
        return 2
    for what, count in json.loads(ran.stdout.splitlines()[-1]).items():
        print(f"{count:>12,}  {what}", flush=True)
    return ran.returncode


if __name__ == "__main__":
    sys.exit(main())
