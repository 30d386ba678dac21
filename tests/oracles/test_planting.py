"""A planted mistake is found wherever its code stands and however it is formatted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracles.planting import Mistake, Package, PlantingError, planted

CODE = '''
LEAST = 30
class Gate:
    def open(self, found):
        """Say whether nothing was found."""
        try:
            for each in found:  # one by one
                if (each.status
                        is FAIL): return False
            log(found, level=2)
            return   not found
        except OSError as error:
            raise Refused from error

def open(path):
    return not path
'''
FOUND = [
    ("LEAST", "30", "0", "LEAST = 0"),
    ("LEAST", "LEAST = 30", "LEAST = 0", "LEAST = 0"),
    ("open", "not path", "path", "return path"),
    ("Gate.open", "each.status is FAIL", "False", "if False:\n"),
    ("Gate.open", "return not found", "return True", "return True"),
    ("Gate.open", "log(found, level=2)\nreturn not found", "return True", "return True"),
    ("Gate.open", "log(found, level=2)", "", "return False\n            return not found"),
    ("Gate.open", "level = 2", "level = 3", "log(found, level=3)"),
    ("Gate.open", "level = 2", "", "log(found)"),
    ("Gate.open", "return False", "", "is FAIL:\n                    pass"),
    (
        "Gate.open",
        "for each in found: ...",
        "for each in found[1:]: ...",
        "for each in found[1:]:\n                if each.status is FAIL",
    ),
    (
        "Gate.open",
        "except OSError as error: ...",
        "except ValueError as error: ...",
        "except ValueError as error:\n            raise Refused from error",
    ),
]


@pytest.fixture
def module(tmp_path: Path) -> Path:
    path = tmp_path / "rooms" / "gate.py"
    path.parent.mkdir()
    path.write_text(CODE, encoding="utf-8")
    return path


@pytest.mark.parametrize(("within", "right", "wrong", "there"), FOUND)
def test_a_place_is_found_by_its_syntax(
    module: Path, within: str, right: str, wrong: str, there: str
) -> None:
    mistake = Mistake(within, right, wrong)
    package = Package(module.parents[1])
    path, source = package.source(mistake)
    assert path == module
    assert there in source
    assert package.source(mistake) == (path, source)


@pytest.mark.parametrize(
    ("within", "right"),
    [
        ("shut", "not found"),
        ("open", "not found"),
        ("Gate", "found"),
        ("Gate.open", "level = 3"),
        ("Gate.open", "except OSError: ..."),
        ("Gate.open", "for each in found: pass"),
    ],
)
def test_a_mistake_without_its_one_place_is_refused(module: Path, within: str, right: str) -> None:
    with pytest.raises(PlantingError, match=within):
        Package(module.parents[1]).source(Mistake(within, right, ""))


def test_a_module_is_as_it_was_after_a_mistake(module: Path) -> None:
    with planted(Mistake("open", "not path", "path"), Package(module.parents[1])):
        assert "return path" in module.read_text(encoding="utf-8")
    assert module.read_text(encoding="utf-8") == CODE
