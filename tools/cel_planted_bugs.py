"""Bugs that could be in the code generator, planted one at a time; whether each is found, out.

    python tools/cel_planted_bugs.py [--evaluations 200000] [--seed 1]

Each bug is put into a copy of the project, where `cel_differential.py` then runs until it meets
a difference. A copy without a bug runs as well, and must meet none.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Bug:
    """One replacement in a file of `checker/cel/codegen`, which must occur there once."""

    name: str
    file: str
    right: str
    wrong: str


BUGS = (
    Bug(
        "an operand that fails decides `||` and `&&`",
        "logic.py",
        "attempt(emitter, body, failed, [py.assign(result, py.constant(not decisive))])",
        "attempt(emitter, body, failed, [py.assign(result, py.constant(decisive))])",
    ),
    Bug(
        "an error that nothing decides is forgotten",
        "logic.py",
        "    if kept:\n        emitter.body.append(raise_kept(failed, undecided))",
        "    if not kept:\n        emitter.body.append(raise_kept(failed, undecided))",
    ),
    Bug(
        "an element that fails ends `all` and `exists`",
        "loops.py",
        "turn = [attempt(emitter, body, failed, [])] if code.fails else body",
        "turn = body",
    ),
    Bug(
        "`exists_one` is true of two",
        "loops.py",
        "return py.compare(found, py.EQ, py.constant(1))",
        "return py.compare(found, py.GE, py.constant(1))",
    ),
    Bug(
        "division and remainder round down",
        "natives.py",
        "negative = py.UnaryOp(py.NEG, turned)",
        "negative = py.BinOp(again, python, other.expr)",
    ),
    Bug(
        "an int may be 2 to the 63rd",
        "natives.py",
        "[result, py.constant(INT_MAX)]",
        "[result, py.constant(INT_MAX + 1)]",
    ),
    Bug(
        "lists of any type are compared as Python does",
        "natives.py",
        "    return type_.name in _SAFE\n",
        "    return True\n",
    ),
    Bug(
        "`in` takes true for 1",
        "natives.py",
        "return item.name in _INTS and element.name in _INTS",
        "return True",
    ),
    Bug(
        "a negative index counts from the end",
        "access.py",
        "positive = py.compare(first, py.GE, py.constant(0))",
        "positive = py.compare(first, py.GE, py.constant(-9))",
    ),
    Bug(
        "an absent field has no default",
        "calls.py",
        'py.method(expr, "get", _key(steps[0]), default.expr)',
        'py.method(expr, "get", _key(steps[0]), py.constant(None))',
    ),
    Bug(
        "an absent element is in its list",
        "loops.py",
        "elif operators.present(value).present:",
        "else:",
    ),
    Bug(
        "letters that are not ASCII change their case",
        "calls.py",
        '            fits = py.BoolOp(py.AND, [fits, py.method(again, "isascii")])\n',
        "",
    ),
    Bug(
        "any value counts as its truth",
        "emitter.py",
        'if node.type.name == "bool" and self._is_made(node):',
        "if self.body is not None:",
    ),
    Bug(
        "an error of a bound value is not told where it is used",
        "loops.py",
        "    emitter.failed[node.slot] = failed\n",
        "",
    ),
)


def evaluations(bug: Bug | None, options: argparse.Namespace) -> int | None:
    """Return after how many evaluations a difference was met, or None."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("checker", "tests", "tools"):
            shutil.copytree(ROOT / name, Path(folder, name))
        if bug is not None:
            path = Path(folder, "checker", "cel", "codegen", bug.file)
            text = path.read_text(encoding="utf-8")
            if text.count(bug.right) != 1:
                raise SystemExit(f"{bug.file} does not hold once what is wrong in: {bug.name}")
            path.write_text(text.replace(bug.right, bug.wrong), encoding="utf-8")
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
    missed = 0
    for bug in BUGS:
        after = evaluations(bug, options)
        missed += after is None
        print(f"{'missed' if after is None else f'{after:,}':>10}  {bug.name}", flush=True)
    clean = evaluations(None, options)
    print(
        f"{len(BUGS) - missed} of {len(BUGS)} found, by the number of evaluations; without a bug:"
    )
    print(f"{'no difference' if clean is None else 'a difference'} in {options.evaluations:,}")
    return 1 if missed or clean is not None else 0


if __name__ == "__main__":
    sys.exit(main())
