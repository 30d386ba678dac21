"""docs/architecture.md is true: its rooms and files are there, and modules keep their order."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.support.command import ROOT

PAGES = [ROOT / "docs" / name for name in ("architecture.md", "contributing.md", "library.md")]
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
            for child in node.orelse:
                yield from imported(child, known)
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
    assert circle({name: path.read_text(encoding="utf-8") for name, path in modules().items()}) == []


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


def test_every_room_is_named_and_no_other() -> None:
    text = PAGES[0].read_text(encoding="utf-8")
    (tree,) = re.findall(r"^```text\n(checker/.*?)^```$", text, re.DOTALL | re.MULTILINE)
    named = re.findall(r"^[ 0-9]{3} (\w+)(?:/|\.py)(?: |$)", tree, re.MULTILINE)
    assert sorted(named) == rooms(), "name each room in the tree of docs/architecture.md"


def test_every_purpose_in_the_code_is_one_sentence() -> None:
    for name, path in modules().items():
        purpose = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        assert purpose, f"say what {name} is for"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    linked = set(re.findall(r"\]\((?!https?://|#)([^)\s#]+)", text))
    assert all((page.parent / each).exists() for each in linked), linked
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    in_code = set(re.findall(r"`((?:checker|tests|tools|docs|rules|examples)/[\w./-]+)`", prose))
    missing = sorted(each for each in in_code if not (ROOT / each).exists())
    assert missing == []
