"""Counts the policies of all files of a repository."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from tools.presence.found import EXPRESSION, MENTIONED, UNPARSED, Found, in_text, shows_statement
from tools.presence.terraform import in_terraform_file
from tools.presence.trees import in_lines_file, in_tree_file

_PASSED = {".git", ".terraform", "node_modules", ".venv"}
_TREES = (".json", ".yaml", ".yml", ".template", ".policy", ".jsonc", ".json5")
_LINES = (".jsonl", ".ndjson")
_TERRAFORM = (".tf", ".tofu", ".hcl")
_TEXTS = (".tpl", ".tftpl", ".tmpl", ".j2", ".jinja", ".jsonnet", ".erb")
_BINARY_LOOK = 4096


def present(root: Path) -> list[Found]:
    """Return the policies of all files below a folder, by path from it and by line."""
    return sorted(found for path in _files(root) for found in _in_file(root, path))


def _files(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - _PASSED)
        yield from (Path(folder, name) for name in sorted(names))


def _in_file(root: Path, path: Path) -> list[Found]:
    if path.is_symlink() or not path.is_file():
        return []
    data = path.read_bytes()
    if b"\0" in data[:_BINARY_LOOK]:
        return []
    # Lines end as Python and editors count them: those of Windows, too.
    text = data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
    name = path.relative_to(root).as_posix()
    if name.endswith(_LINES):
        return in_lines_file(name, text)
    if name.endswith(_TREES):
        return in_tree_file(name, text)
    if name.endswith(_TERRAFORM):
        return in_terraform_file(name, text)
    if name.endswith(_TEXTS):
        form = EXPRESSION if name.endswith((".tftpl", ".tpl")) else UNPARSED
        return [Found(name, *lines, form) for lines in in_text(text)]
    shown = shows_statement(text)
    return [
        Found(name, text.count("\n", 0, at) + 1, text.count("\n", 0, at) + 1, MENTIONED)
        for at in shown[:1]
    ]
