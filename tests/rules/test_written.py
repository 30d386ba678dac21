"""The files of the shipped rules are short, and any parser of YAML reads them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from checker.rules.rule_files import builtin_root

FILES = sorted(builtin_root().rglob("*.yaml"))
MOST = 9_050
"""The most lines of all files together, if each value stood on a line of its own."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_parsers_of_yaml_agree_on_a_rule_file(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    written = list(yaml.load_all(text, yaml.SafeLoader))
    assert written == list(yaml.load_all(text, yaml.CSafeLoader))


def test_rules_are_short() -> None:
    lines = 0
    for path in FILES:
        data = list(yaml.load_all(path.read_text(encoding="utf-8"), yaml.CSafeLoader))
        text = yaml.dump_all(
            data, Dumper=yaml.CSafeDumper, width=100, default_flow_style=False, sort_keys=False
        )
        lines += text.count("\n")
    assert lines <= MOST
