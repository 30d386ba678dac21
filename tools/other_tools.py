"""Hold our verdicts on the inputs of other tools' tests against the verdicts of these tools.

    PYTHONPATH=. POLICY_CHECK_DATA=… python tools/other_tools.py [-v | --markdown]

A table by tool and kind of finding, and every input on which the two differ, with the reason that
`tests/other_tools.yaml` gives. With `-v` every input, ours beside theirs. Exits 1 where a reason is
missing, or is for an input that does not differ.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.oracles.other_tools import (
    compare,
    disagreements,
    everything,
    mistakes,
    page,
    read_reasons,
    summary,
    totals,
)


def main() -> int:
    """Print the tables, or the page of the documentation."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("-v", "--verbose", action="store_true", help="print every input")
    parser.add_argument("--markdown", action="store_true", help="print docs/other-tools.md")
    options = parser.parse_args()
    compared, reasons = compare(Path(os.environ["POLICY_CHECK_DATA"])), read_reasons()
    if options.markdown:
        print(page(compared, reasons), end="")
    else:
        if options.verbose:
            print(*everything(compared), "", sep="\n")
        print(*_aligned(summary(compared)), "", sep="\n")
        for file, theirs, ours, whose, because in disagreements(compared, reasons)[1:]:
            print(f"{file}\n    theirs  {theirs}\n    ours    {ours}\n    {whose:<7} {because}")
        print(totals(compared, reasons))
    wrong = mistakes(compared, reasons)
    for each in wrong:
        print(each, file=sys.stderr)
    return 1 if wrong else 0


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table: numbers and their headings to the right."""
    columns = list(zip(*rows, strict=True))
    widths = [max(map(len, column)) for column in columns]
    numeric = [all(cell.isdecimal() for cell in column[1:]) for column in columns]
    for row in rows:
        cells = zip(row, widths, numeric, strict=True)
        yield "  ".join(
            f"{cell:{'>' if right else '<'}{width}}" for cell, width, right in cells
        ).rstrip()


if __name__ == "__main__":
    sys.exit(main())
