"""No file tells anyone to install this package by its bare name, which anyone could register."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.command import ROOT

NAME = "policy-check"
INSTALLERS = re.compile(
    r"""(?ix)
    \b(?: pip[0-9.]* | pipx | uv | poetry | pdm | conda | mamba | hatch )
    \b[^\n|;&]*? \b(?: install | download | wheel | add | run | inject )\b (?P<named>[^\n|;&]*)
    | \b(?: uvx | pipx\ run ) \b (?P<run>[^\n|;&]*)
    | \b(?: additional_dependencies | dependencies | requires ) \b ["']?\ *[:=] (?P<listed>[^\n]*)
    """
)
BARE = re.compile(r"(?i)(?<![\w./@:+-])policy[-_.]+check(?![\w/-]|\.\w)(?!(?:\[[\w,]*\])?\s*@)")


def told(text: str) -> list[str]:
    """Return the commands and lists of a text that take the package from an index by its name."""
    joined = re.sub(r"\\\r?\n\s*", " ", text)
    return [
        found[0].strip()
        for found in INSTALLERS.finditer(joined)
        if BARE.search(found["named"] or found["run"] or found["listed"] or "")
    ]


def tracked() -> list[Path]:
    """Return the text files of the repository, but for the changelog, which tells what was."""
    if not (ROOT / ".git").exists():
        pytest.skip("git knows which files are tracked, and this is no repository")
    ran = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"],  # noqa: S607 - whichever there is
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = [name for name in ran.stdout.decode().split("\0") if name and name != "CHANGELOG.md"]
    return [ROOT / name for name in names if (ROOT / name).is_file()]


def test_no_file_names_the_package_without_saying_where_it_is() -> None:
    found = {}
    for path in tracked():
        if commands := told(path.read_text(encoding="utf-8", errors="replace")):
            found[str(path.relative_to(ROOT))] = commands
    assert not found


@pytest.mark.parametrize(
    "text",
    [
        f"pip install {NAME}",
        f"$ python -m pip install --quiet {NAME}",
        f"pip3 install -U {NAME} && {NAME} check",
        f"pip install --quiet \\\n  '{NAME}==0.1.0'",
        f'pip install "{NAME}[dev]>=1"',
        f"pip install {NAME.replace('-', '_')}",
        f"pip install requests {NAME}",
        f"pip install {NAME}.",
        f"pipx install {NAME}",
        f"pipx run {NAME} check",
        f"uvx {NAME}",
        f"uv tool install {NAME}",
        f"uv pip install {NAME}",
        f"poetry add {NAME}",
        f"additional_dependencies: [{NAME}]",
        f'dependencies = ["{NAME}>=0.1"]',
    ],
)
def test_the_bare_name_is_found(text: str) -> None:
    assert told(text)


@pytest.mark.parametrize(
    "text",
    [
        "pip install .",
        f"pip install ./{NAME}",
        f"git clone https://github.com/OWNER/{NAME} && pip install ./{NAME}",
        f"pip install '{NAME} @ https://example.com/x.whl#sha256=0'",
        f"pip install git+https://example.com/OWNER/{NAME}@0123",
        "pip install policy_check-0.1.0-py3-none-any.whl",
        f"pip install --no-index --requirement {NAME}/requirements.txt",
        f"pip install . && {NAME} builtin policies/",
        f"docker build --tag {NAME} .",
        f"{NAME} check builtin policies/",
    ],
)
def test_what_says_where_it_is_passes(text: str) -> None:
    assert not told(text)
