"""Compares the policies that are found in Terraform's files with what python-hcl2 shows there.

`python tools/terraform_oracle.py FOLDER…` prints each policy document, and each text or call of
`jsonencode` with a statement, that python-hcl2 finds in a place in which we find none. It needs
python-hcl2, which is no dependency: `pip install python-hcl2`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from checker.problems import InputError
from checker.reader import DEFAULT_LIMITS
from checker.sources.suffixes import is_terraform
from checker.sources.terraform import Repository
from checker.sources.terraform.storage import Disk


def main(folders: list[str]) -> int:
    """Compare the files below each folder; return the exit code."""
    missed = 0
    for folder in folders:
        root = Path(folder)
        names = sorted(
            path.relative_to(root).as_posix()
            for path in root.rglob("*")
            if path.is_file() and is_terraform(path.name) and path.suffix != ".json"
        )
        repository = Repository(Disk(folder), names, DEFAULT_LIMITS)
        seen = 0
        for name in names:
            for address in _shown(root / name):
                seen += 1
                if not _has(repository, name, address):
                    missed += 1
                    print(f"{folder}/{name}: {address} is not found")
        print(f"{folder}: {seen} policies in {len(names)} files")
    return 1 if missed else 0


def _has(repository: Repository, name: str, address: str) -> bool:
    """Return whether a block is a policy, a part of one, or an error."""
    try:
        return repository.is_taken(name, address.split(".")) or repository.left(name) is not None
    except InputError:
        return True


def _shown(path: Path) -> Iterator[str]:
    """Yield the addresses of the blocks in which python-hcl2 sees a policy."""
    hcl2: Any = import_module("hcl2")
    try:
        read = hcl2.loads(path.read_text(encoding="utf-8"))
    except Exception as error:  # noqa: BLE001 - it has many kinds of errors
        print(f"{path}: python-hcl2 cannot read it: {str(error)[:80]!r}")
        return
    for kind in ("data", "resource"):
        for each in read.get(kind, []):
            for type_, named in each.items():
                if not isinstance(named, dict):
                    continue
                for label, body in named.items():
                    address = f"{kind}.{_word(type_)}.{_word(label)}"
                    if _word(type_) == "aws_iam_policy_document" or _is_policy(body):
                        yield address


def _word(text: str) -> str:
    return text.strip('"')


def _is_policy(body: Any) -> bool:
    text = repr(body)
    return "Statement" in text and "Effect" in text


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
