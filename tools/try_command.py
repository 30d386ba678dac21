"""Tries an installed policy-check on examples/, on any system, and exits 1 if it does not decide.

python -m tools.try_command .venv/bin/policy-check
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

EXAMPLES = Path(__file__).parents[1] / "examples"
GOOD, BAD = EXAMPLES / "policies", EXAMPLES / "violations"


def attempts(place: Path) -> Iterator[tuple[list[str], int]]:
    """Yield arguments of the command, and the exit code that each must have."""
    empty = place / "empty"
    empty.mkdir()
    reports = [f"--output={each}={place / each}" for each in ("json", "html", "sarif")]
    yield ["--version"], 0
    yield ["check", "builtin", str(GOOD)], 0
    yield ["check", "builtin", str(BAD), "--output=text", *reports], 1
    yield ["check", "builtin", str(BAD), "--jobs=2"], 1
    yield ["check", "builtin", str(place / "missing")], 2
    yield ["check", "builtin", str(empty)], 3
    yield ["compare", str(GOOD), str(GOOD)], 0


def report_problems(path: Path) -> list[str]:
    """Return in words what is wrong with the report in JSON on the examples of violations."""
    if not path.is_file():
        return [f"{path.name}: no report was written"]
    data = path.read_bytes()
    found = [f"{path.name}: lines end with CR LF"] if b"\r\n" in data else []
    if not json.loads(data)["findings"]:
        found.append(f"{path.name}: no finding")
    return found


def problems(command: str) -> list[str]:
    """Return in words what a command did otherwise than it must; empty if nothing."""
    path = shutil.which(command)  # on Windows the name of the file has an ending
    if path is None:
        return [f"{command}: no such command"]
    found = []
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for arguments, code in attempts(place):
            ran = subprocess.run([path, *arguments], capture_output=True, check=False)
            if ran.returncode != code:
                said = ran.stderr.decode("utf-8", "backslashreplace")
                shown = " ".join(arguments)
                found.append(f"{shown}: exit {ran.returncode} where {code} is right\n{said}")
        found += report_problems(place / "json")
    return found


def main(arguments: list[str] | None = None) -> int:
    """Print what is wrong with a command; return 1 if anything is."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("command", help="the path of policy-check")
    found = problems(parser.parse_args(arguments).command)
    for each in found:
        print(each, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
