"""Checks that a tag, the version of the code and the changelog tell of one release.

    python -m tools.release_check v0.1.0 --notes notes.md

Prints what does not fit, and exits 1. The notes are the changelog's section of the release.
"""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
_ASSIGNED = re.compile(r'^VERSION = "(.*)"$', re.MULTILINE)
_VERSION = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}((a|b|rc)[1-9]\d*)?")
"""Three numbers and perhaps a pre-release, as https://peps.python.org/pep-0440 spells them."""
_HEADING = re.compile(
    r"^## \[?(?P<version>[^\s\]]+)\]?(?: - (?P<date>\d{4}-\d\d-\d\d))?$", re.MULTILINE
)


def notes(changelog: str, version: str) -> str | None:
    """Return the text of a version's dated section in a changelog; None where there is none.

    Sections are those of https://keepachangelog.com/en/1.1.0/: `## 0.1.0 - 2026-12-01`.
    """
    headings = list(_HEADING.finditer(changelog))
    ends = [each.start() for each in headings[1:]] + [len(changelog)]
    for heading, end in zip(headings, ends, strict=True):
        if heading["version"] == version and heading["date"]:
            return changelog[heading.end() : end].strip()
    return None


def code_version(text: str) -> str:
    """Return the version that the text of checker/version.py assigns; raises ValueError if none.

    The package is not imported, as what builds a release has none of its dependencies.
    """
    found = _ASSIGNED.search(text)
    if not found:
        raise ValueError("checker/version.py assigns no VERSION")
    return found[1]


def problems(tag: str, version: str, changelog: str) -> list[str]:
    """Return in words what keeps a tag from being the release of a version; empty if nothing."""
    found = []
    if not _VERSION.fullmatch(version):
        found.append(f"checker/version.py: {version!r} is not a version such as 0.1.0 or 0.1.0rc1")
    if tag != f"v{version}":
        found.append(f"the tag {tag!r} is not v{version}, as checker/version.py says")
    text = notes(changelog, version)
    if text is None:
        found.append(f"CHANGELOG.md has no section `## {version} - YYYY-MM-DD`")
    elif not text:
        found.append(f"CHANGELOG.md says nothing about {version}")
    return found


def main(arguments: list[str] | None = None) -> int:
    """Print the problems of a tag, or write the release's notes; return 1 or 0."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("tag", help="the tag of the release")
    parser.add_argument("--notes", type=Path, help="where to write the notes of the release")
    given = parser.parse_args(arguments)
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    version = code_version((ROOT / "checker" / "version.py").read_text(encoding="utf-8"))
    found = problems(given.tag, version, changelog)
    for each in found:
        print(each, file=sys.stderr)
    if found:
        return 1
    if given.notes:
        given.notes.write_text(f"{notes(changelog, version)}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
