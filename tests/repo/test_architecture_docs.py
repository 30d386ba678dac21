"""docs/architecture.md is true: its rooms and files are there, and modules keep their order."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from pathlib import Path

import pytest

from tests.support.command import ROOT

PAGES = [ROOT / "docs" / name for name in ("architecture.md", "contributing.md", "library.md")]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
(LAYERS,) = (
    each["layers"]
    for each in PROJECT["tool"]["importlinter"]["contracts"]
    if each["type"] == "layers"
)
MOST_ROOMS = 24
"""Rooms and modules at the top of checker/: more are not taken in at one look."""


def modules() -> dict[str, Path]:
    """Return the modules of checker/ by their dotted names."""
    found = {}
    for path in sorted((ROOT / "checker").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def rooms() -> list[str]:
    """Return the names of what stands at the top of checker/, without the package itself."""
    return sorted({name.split(".")[1] for name in modules() if "." in name})


def imported(node: ast.AST, known: Mapping[str, object]) -> Iterator[str]:
    """Yield the modules that a piece of code imports when it runs, those in functions included."""
    match node:
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            for statement in node.orelse:
                yield from imported(statement, known)
        case ast.Import():
            yield from (alias.name for alias in node.names)
        case ast.ImportFrom(module=str(module)):
            for alias in node.names:
                whole = f"{module}.{alias.name}"
                yield whole if whole in known else module
        case _:
            for child in ast.iter_child_nodes(node):
                yield from imported(child, known)


def circle(sources: Mapping[str, str]) -> list[str]:
    """Return modules that import one another in a circle, by their names; none if none do."""
    graph = {
        name: {each for each in imported(ast.parse(text), sources) if each in sources} - {name}
        for name, text in sources.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found: list[str] = error.args[1]
        return found
    return []


def test_no_module_imports_itself_by_way_of_others() -> None:
    assert (
        circle({name: path.read_text(encoding="utf-8") for name, path in modules().items()}) == []
    )


@pytest.mark.parametrize(
    ("sources", "circular"),
    [
        ({"a": "import b", "b": "import a"}, True),
        ({"a": "from b import x", "b": "def f():\n    from a import y"}, True),
        ({"a": "import b", "b": "import c", "c": "from a import x"}, True),
        ({"p": "", "p.a": "from p import b", "p.b": "from p import a"}, True),
        ({"p": "", "p.a": "from p import b", "p.b": "from p import x"}, False),
        ({"a": "import b", "b": "if TYPE_CHECKING:\n    import a"}, False),
        ({"a": "import b", "b": "if TYPE_CHECKING:\n    pass\nelse:\n    import a"}, True),
        ({"a": "import b\nimport c", "b": "import c", "c": "import os"}, False),
    ],
)
def test_a_circle_is_found(sources: dict[str, str], *, circular: bool) -> None:
    assert bool(circle(sources)) is circular


def test_no_file_name_stands_for_two_modules() -> None:
    names = Counter(path.name for path in modules().values() if path.name != "__init__.py")
    assert [name for name, times in names.items() if times > 1] == []


def test_the_top_of_the_house_is_taken_in_at_one_look() -> None:
    assert len(rooms()) <= MOST_ROOMS


def test_every_room_is_named_on_its_floor_and_no_other() -> None:
    text = PAGES[0].read_text(encoding="utf-8")
    (tree,) = re.findall(r"^```text\nchecker/\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    floors: list[set[str]] = []
    for number, name in re.findall(r"^([ \d]\d|  ) (\w+)(?:/|\.py) ", tree, re.MULTILINE):
        floors += [set()] if number.strip() else []
        floors[-1].add(name)
    assert sorted(chain(*floors)) == rooms(), "name each room in the tree of docs/architecture.md"
    assert floors == [
        {each.strip().removeprefix("checker.") for each in layer.split("|")} for layer in LAYERS
    ], "the tree of docs/architecture.md has the floors of pyproject.toml"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    linked = set(re.findall(r"\]\((?!https?://|#)([^)\s#]+)", text))
    assert {each for each in linked if not (page.parent / each).exists()} == set()
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    in_code = set(re.findall(r"`((?:checker|tests|tools|docs|rules|examples)/[\w./-]+)`", prose))
    real = {each for each in in_code if not re.search(r"(?<![A-Z])[A-Z]{2,}(?!\w|\.md)", each)}
    assert {each for each in real if not (ROOT / each).exists()} == set()
