"""What a release is checked for, and how its SBOM names it."""

from __future__ import annotations

import ast
import io
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from checker.version import VERSION
from tests.support.command import ROOT
from tests.support.wheels import digest, wheel
from tools import release_check, sbom
from tools.release_check import code_version, notes, problems

CHANGELOG = """# Changelog

## Unreleased

### Added

- something to come

## [0.2.0] - 2026-12-24

### Fixed

- a thing

## 0.1.0 - 2026-12-01

- the first one

## 0.0.9

- without a date
"""


def test_the_notes_are_the_section_of_the_version() -> None:
    assert notes(CHANGELOG, "0.2.0") == "### Fixed\n\n- a thing"
    assert notes(CHANGELOG, "0.1.0") == "- the first one"


@pytest.mark.parametrize("version", ["Unreleased", "0.0.9", "0.3.0", "0.1", "0.2.0]"])
def test_a_version_without_a_dated_section_has_no_notes(version: str) -> None:
    assert notes(CHANGELOG, version) is None


@pytest.mark.parametrize("version", ["0.1.0", "0.2.0"])
def test_a_tag_that_fits_is_a_release(version: str) -> None:
    assert problems(f"v{version}", version, CHANGELOG) == []


@pytest.mark.parametrize(
    ("tag", "version", "changelog", "said"),
    [
        ("v0.2.0", "0.1.0", CHANGELOG, "is not v0.1.0"),
        ("0.1.0", "0.1.0", CHANGELOG, "is not v0.1.0"),
        ("v0.1.0 ", "0.1.0", CHANGELOG, "is not v0.1.0"),
        ("v0.3.0", "0.3.0", CHANGELOG, "no section `## 0.3.0"),
        ("v0.0.9", "0.0.9", CHANGELOG, "no section `## 0.0.9"),
        ("v0.3.0", "0.3.0", "## 0.3.0 - 2026-12-31\n\n## 0.2.0 - 2026-12-24\n- a", "says nothing"),
        ("vUnreleased", "Unreleased", CHANGELOG, "is not a version"),
        ("v1.0", "1.0", "## 1.0 - 2026-12-31\n- a", "is not a version"),
        ("v1.0.0.dev1", "1.0.0.dev1", "## 1.0.0.dev1 - 2026-12-31\n- a", "is not a version"),
    ],
)
def test_a_tag_that_does_not_fit_is_refused(
    tag: str, version: str, changelog: str, said: str
) -> None:
    assert any(said in each for each in problems(tag, version, changelog))


def test_the_version_is_that_of_the_code() -> None:
    text = (ROOT / "checker" / "version.py").read_text(encoding="utf-8")
    assert code_version(text) == VERSION
    with pytest.raises(ValueError, match="assigns no VERSION"):
        code_version('OTHER = "1.0.0"\n')


def test_the_command_writes_notes_or_says_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "checker").mkdir()
    (tmp_path / "checker" / "version.py").write_text('VERSION = "0.1.0"\n', encoding="utf-8")
    (tmp_path / "CHANGELOG.md").write_text(CHANGELOG, encoding="utf-8")
    monkeypatch.setattr(release_check, "ROOT", tmp_path)
    written = tmp_path / "notes.md"
    assert release_check.main(["v0.1.0", "--notes", str(written)]) == 0
    assert written.read_text(encoding="utf-8") == "- the first one\n"
    written.unlink()
    assert release_check.main(["v0.2.0", "--notes", str(written)]) == 1
    assert "'v0.2.0' is not v0.1.0" in capsys.readouterr().err
    assert not written.exists()


def test_the_scripts_of_a_release_need_nothing_that_it_does_not_install() -> None:
    pinned = re.findall(
        r"(?m)^([a-z0-9-]+)==", (ROOT / "requirements" / "release.txt").read_text("utf-8")
    )
    workflow = (ROOT / ".github" / "workflows" / "release.yml").read_text("utf-8")
    used = sorted(set(re.findall(r"tools[./](\w+)", workflow)))
    assert "release_check" in used
    for path in (ROOT / "tools" / f"{name}.py" for name in used):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [each.name for each in node.names] if isinstance(node, ast.Import) else []
            for name in (each.partition(".")[0] for each in names):
                assert name in {*sys.stdlib_module_names, "tools", *pinned}, path


def _sbom(name: str = "policy-check") -> dict[str, Any]:
    component = {"bom-ref": "root-component", "name": name, "type": "application"}
    return {"bomFormat": "CycloneDX", "metadata": {"component": component, "tools": {}}}


def test_an_sbom_names_the_wheel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = wheel(tmp_path, "policy-check", "0.1.0")
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(_sbom())))
    assert sbom.main([str(path)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["metadata"]["component"] == {
        "bom-ref": "root-component",
        "name": "policy-check",
        "type": "application",
        "version": "0.1.0",
        "purl": "pkg:pypi/policy-check@0.1.0",
        "hashes": [{"alg": "SHA-256", "content": digest(path)}],
    }
    assert found["metadata"]["tools"] == {}


def test_an_sbom_of_something_else_is_refused(tmp_path: Path) -> None:
    path = wheel(tmp_path, "policy-check", "0.1.0")
    with pytest.raises(ValueError, match="is about another"):
        sbom.complete(_sbom("another"), path)
