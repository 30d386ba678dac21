"""Finds the packages that this one depends on, and their licences."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any, NamedTuple

from packaging.requirements import Requirement

from tests.support.command import ROOT

PERMISSIVE = frozenset(
    {"Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "PSF-2.0"}
)
"""Licences that ask for no more than that they are kept. `BSD`: one of them; it says not which."""
OF_A_TOOL = {"hypothesis": "MPL-2.0"}
"""Tools of the development that ask for more of who changes them: nothing of them is shipped."""
_CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
_TEXTS = (
    ("Apache License\nVersion 2.0", "Apache-2.0"),
    ("MIT License", "MIT"),
    ("Permission is hereby granted, free of charge", "MIT"),
)
"""How a licence begins, for packages that name none in their metadata."""


class Row(NamedTuple):
    """One package: its licence, and whether it is the same on every platform."""

    name: str
    licence: str
    pure: bool


def declared() -> dict[str, list[str]]:
    """Return the names of pyproject's dependencies, of the package and of its development."""
    project = _project()
    return {
        "run time": [_name(each) for each in project["dependencies"]],
        "development": [_name(each) for each in project["optional-dependencies"]["dev"]],
    }


def brought_along() -> list[str]:
    """Return the names of what the dependencies of the run time depend on, here."""
    found: dict[str, None] = {}
    todo = [Requirement(each) for each in _project()["dependencies"]]
    while todo:
        for text in distribution(todo.pop().name).requires or ():
            needed = Requirement(text)
            applies = needed.marker is None or needed.marker.evaluate({"extra": ""})
            if applies and _name(text) not in found:
                found[_name(text)] = None
                todo.append(needed)
    return sorted(found.keys() - set(declared()["run time"]))


def row(name: str) -> Row:
    """Return what an installed package says of itself; raises PackageNotFoundError."""
    found = distribution(name)
    return Row(name, licence(found), all(tag.endswith("-any") for tag in tags(found)))


def licence(found: Distribution) -> str:
    """Return a package's licence in SPDX's words, or nothing where it cannot be told.

    From its metadata, or else from the text of the licence that it carries.
    """
    metadata = found.metadata
    if expression := metadata["License-Expression"]:
        return str(expression)
    ends = [
        each.rpartition(" :: ")[2]
        for each in metadata.get_all("Classifier") or ()
        if each.startswith("License :: OSI Approved :: ")
    ]
    if ends:
        return " OR ".join(sorted(_CLASSIFIERS.get(each, each) for each in ends))
    if (said := (metadata["License"] or "").strip()) in PERMISSIVE:
        return str(said)
    return next((known for begins, known in _TEXTS if begins in _text(found)), "")


def tags(found: Distribution) -> list[str]:
    """Return which Pythons and platforms the installed wheel is for."""
    return re.findall(r"(?m)^Tag: (.+)$", found.read_text("WHEEL") or "")


def is_permissive(licences: str) -> bool:
    """Say whether one of some licences is permissive."""
    return any(each in PERMISSIVE for each in licences.split(" OR "))


def page() -> str:
    """Return as Markdown all dependencies with their licences."""
    named = declared()
    lines = [
        "# Dependencies",
        "",
        "Made by `tools/dependencies.py --markdown` from what the packages say of themselves.",
        "",
        "All that is needed at run time has wheels for Python 3.11 to 3.14 on Linux with glibc and",
        "macOS, for x86-64 and ARM, and on Windows for x86-64, so that `pip install` needs no",
        "compiler there; on Alpine, google-re2 is built from its source.",
        "",
        "`requirements/` pins versions by hash. `ci.txt` has all that the tests need.",
        "`runtime.txt` has what a release is tried and packed with, at the same versions.",
        "`release.txt` has what builds a release: hatchling, and cyclonedx-bom (Apache-2.0), which",
        "writes the software bill of materials. [releases.md](releases.md) says how to install,",
        "also without a network.",
        "",
        "## At run time",
        "",
        *_table(named["run time"]),
        "These bring along:",
        "",
        *_table(brought_along()),
        "## For development",
        "",
        "Nothing of them is shipped.",
        "",
        *_table(named["development"]),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _table(names: Iterable[str]) -> Iterator[str]:
    yield "| package | licence | wheel |"
    yield "| --- | --- | --- |"
    for name in names:
        yield line(row(name))
    yield ""


def line(found: Row) -> str:
    """Return the line of a package on the page."""
    wheel = "for any platform" if found.pure else "for each platform"
    return f"| {found.name} | {found.licence} | {wheel} |"


def _project() -> dict[str, Any]:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project: dict[str, Any] = tomllib.loads(text)["project"]
    return project


def _name(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", Requirement(requirement).name).lower()


def _text(found: Distribution) -> str:
    """Return the licences that a package carries, with blanks as single ones."""
    texts = [
        Path(str(each.locate())).read_text(encoding="utf-8", errors="replace")
        for each in found.files or ()
        if re.search(r"(?i)(^|/)(licen[cs]e|copying)[^/]*$", str(each)) and each.suffix != ".py"
    ]
    return "\n".join("\n".join(line.strip() for line in text.splitlines()) for text in texts)
