"""Prints what the gate makes of the policies of repositories, beside an independent count.

    PYTHONPATH=. python tools/repositories.py [--json] [--config FILE] [--all] PATH...

PATH is a checked-out repository. A counter that shares no code with the product counts the policies
in it by form (tools/presence); then `policy-check builtin .` runs in it, and each policy counted
is decided, undecided, an error, or unseen: no document and in no error. Where the two disagree, the
file and line stand below the table. Exits 1 where a policy is unseen, and 2 where the product wrote
no report.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
_SHOWN = 10
_MISSING = "counting needs a package that is not installed: {}"
_NOTES = {
    "unseen": "unseen",
    "extra": "documents that the counter does not see",
    "baseless": "errors in files without a policy",
    "unmentioned": "mentioned in a text that the report does not list",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table for each repository, and one of all if there are several."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.add_argument("--config", type=Path, help="a configuration file for policy-check")
    parser.add_argument("--all", action="store_true", help="print every disagreement")
    options = parser.parse_args(arguments)
    told = []
    for path in options.paths:
        report = _report(path, options.config)
        if report is None:
            print(f"{path}: policy-check wrote no report", file=sys.stderr)
            return 2
        told.append(_told(path, report))
    total = _sum([each["forms"] for each in told])
    if options.json:
        print(json.dumps({"repositories": told, "total": total}, indent=2, ensure_ascii=False))
    else:
        _print(told, total, None if options.all else _SHOWN)
    return 1 if any(each["unseen"] for each in told) else 0


def _report(path: Path, config: Path | None) -> dict[str, Any] | None:
    """Run the product in a repository, and return its JSON report."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "report.json")
        chosen = ["--config", str(config.resolve())] if config else ["--no-config"]
        _run(path, "builtin", ".", *chosen, "-o", f"json={file}")
        if not file.exists():
            return None
        report: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        listed = json.loads(_run(path, "documents", ".", *chosen, "-o", "json") or "{}")
    # A report has the places of findings only; the list has those of all documents.
    places = {
        (each["document"], each["part"]): each["location"] for each in listed.get("documents", ())
    }
    for each in report["documents"]:
        each["location"] = places.get((each["path"], each.get("part", "")))
    return report


def _run(path: Path, *arguments: str) -> bytes:
    """Run policy-check in a folder, and return its standard output."""
    return subprocess.run(
        [sys.executable, "-m", "checker", *arguments],
        cwd=path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        check=False,
    ).stdout


def _told(path: Path, report: Mapping[str, Any]) -> dict[str, Any]:
    # Imported here, so that a missing package is named, and `--help` works without it.
    try:
        from tools.presence import MENTIONED, present  # noqa: PLC0415
        from tools.presence.matching import UNSEEN, matched  # noqa: PLC0415
    except ModuleNotFoundError as error:
        sys.exit(_MISSING.format(error.name))
    result = matched(present(path), report)
    forms: dict[str, Counter[str]] = {}
    for policy, outcome in result.outcomes:
        forms.setdefault(policy.form, Counter())[outcome] += 1
    if result.mentioned:
        forms[MENTIONED] = Counter({MENTIONED: len(result.mentioned)})
    return {
        "path": str(path),
        "forms": {form: {"present": counts.total(), **counts} for form, counts in forms.items()},
        "unseen": [
            f"{policy.path}:{policy.line} {policy.form}"
            for policy, outcome in result.outcomes
            if outcome == UNSEEN
        ],
        "extra": result.extra,
        "baseless": result.baseless,
        "unmentioned": result.unmentioned,
    }


def _sum(each: Sequence[Mapping[str, Mapping[str, int]]]) -> dict[str, Counter[str]]:
    total: dict[str, Counter[str]] = {}
    for forms in each:
        for form, counts in forms.items():
            total.setdefault(form, Counter()).update(counts)
    return total


def _print(
    told: Sequence[Mapping[str, Any]], total: Mapping[str, Mapping[str, int]], shown: int | None
) -> None:
    for each in told:
        _print_table(Path(each["path"]).resolve().name, each["forms"])
        for key, what in _NOTES.items():
            lines = each[key]
            if lines:
                print(f"  {what}: {len(lines)}")
            for line in lines[:shown]:
                print(f"    {line}")
            if shown is not None and len(lines) > shown:
                print(f"    and {len(lines) - shown} more (--all)")
        print()
    if len(told) > 1:
        _print_table("all repositories", total)


def _print_table(title: str, forms: Mapping[str, Mapping[str, int]]) -> None:
    from tools.presence import FORMS, MENTIONED, NOT_IN_FORCE  # noqa: PLC0415
    from tools.presence.matching import OUTCOMES  # noqa: PLC0415

    columns = ("present", *OUTCOMES[:-1])
    print(f"{title:<44}" + "".join(f"{column:>11}" for column in columns) + f"{'share':>8}")
    counted = [form for form in FORMS if form in forms]
    for form in counted:
        is_asked = form not in {MENTIONED, *NOT_IN_FORCE}
        _print_row(form, forms[form], columns if is_asked else columns[:1])
    asked = [forms[form] for form in counted if form not in {MENTIONED, *NOT_IN_FORCE}]
    _print_row("all in force", _sum([{"": each} for each in asked]).get("", {}), columns)


def _print_row(form: str, counts: Mapping[str, int], columns: Sequence[str]) -> None:
    row = "".join(f"{counts.get(column, 0):>11,}" for column in columns)
    present = counts.get("present", 0)
    share = f"{counts.get('decided', 0) / present:>8.1%}" if present and columns[1:] else ""
    print(f"  {form:<42}{row}{share}")


if __name__ == "__main__":
    sys.exit(main())
