"""Plants bugs in the code generator one at a time, and prints whether each is found.

    PYTHONPATH=. python tools/cel_planted_bugs.py [--evaluations 200000] [--seed 1]

`tests/oracles/cel_planted_bugs.yaml` holds them. Each is planted in a copy of the project, where
`cel_differential.py` then runs until it meets a difference. A copy without a bug runs as well, and
must meet none.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

from tests.oracles.planting import Mistake, Package, planted
from tests.support.command import ROOT

BUGS = ROOT / "tests" / "oracles" / "cel_planted_bugs.yaml"


def evaluations(bug: Mistake | None, options: argparse.Namespace) -> int | None:
    """Return after how many evaluations a difference was met, or None."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        for name in ("checker", "tests", "tools"):
            shutil.copytree(ROOT / name, Path(folder, name))
        if bug is not None:
            stack.enter_context(planted(bug, Package(Path(folder, "checker"))))
        command = [sys.executable, "tools/cel_differential.py", "--json", "--first"]
        command += ["--evaluations", str(options.evaluations), "--seed", str(options.seed)]
        environment = {**os.environ, "PYTHONPATH": folder}
        ran = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        if not ran.stdout:
            raise SystemExit(f"the comparison of engines failed:\n{ran.stderr[-1000:]}")
        found = json.loads(ran.stdout.splitlines()[-1])
        return int(found["evaluations"]) if found["differences"] else None


def main() -> int:
    """Print when each bug is found; return 1 if one is not, or if there is one already."""
    parser = argparse.ArgumentParser(description="Plant bugs in the code generator.")
    parser.add_argument("--evaluations", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    bugs = yaml.safe_load(BUGS.read_text(encoding="utf-8"))
    missed = 0
    for bug in bugs:
        after = evaluations(Mistake.of(bug), options)
        missed += after is None
        print(f"{'missed' if after is None else f'{after:,}':>10}  {bug['name']}", flush=True)
    clean = evaluations(None, options)
    print(
        f"{len(bugs) - missed} of {len(bugs)} found, by the number of evaluations; without a bug:"
    )
    print(f"{'no difference' if clean is None else 'a difference'} in {options.evaluations:,}")
    return 1 if missed or clean is not None else 0


if __name__ == "__main__":
    sys.exit(main())
