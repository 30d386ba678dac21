"""README shows what happens: its commands are run, its files are read, its links lead somewhere."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import re2
import yaml

from checker.cli import COMMANDS
from checker.problems import Source
from checker.reader import parse_yaml
from checker.reader.schema import Schema
from checker.render import FORMATS
from checker.sources.suffixes import Role, role
from checker.sources.wrapped import SHAPES
from tests.repo.test_action import ACTION
from tests.repo.test_gitlab_template import INPUTS
from tests.repo.test_pre_commit import HOOK, git
from tests.support.command import COMMAND, COPY, PATIENCE, ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
TEXTS = {path: path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")}
PICTURE = ROOT / "docs" / "images" / "report.svg"
PAGE = ROOT / "docs" / "images" / "report.png"
NOT_OURS = ("pip ", "git clone ", "docker ", "make ", ". .venv/bin/activate")
PASSES: Any = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::a/b"}
PASSED_ROLE: Any = {
    "Effect": "Allow",
    "Action": ["s3:GetObject", "iam:PassRole"],
    "Resource": ["arn:aws:s3:::a/b", "arn:aws:iam::*:role/*"],
}
DENIES: Any = {"Effect": "Deny", "Action": "organizations:LeaveOrganization", "Resource": "*"}


class Block(NamedTuple):
    """A fenced block: under which heading, after which paragraph."""

    section: str
    before: str
    language: str
    text: str


class Command(NamedTuple):
    """A command, and what is shown of its output."""

    text: str
    shown: str


def blocks() -> Iterator[Block]:
    section, end = "", 0
    for found in re.finditer(
        r"^## ([^\n]*)|^```(\w+)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE
    ):
        if found[1]:
            section = found[1]
            continue
        before = README[end : found.start()].strip().rpartition("\n\n")[2]
        end = found.end()
        yield Block(section, before, found[2], found[3])


def commands(block: Block) -> Iterator[Command]:
    for text in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        command, _, shown = text.partition("\n")
        yield Command(command, shown)


def policy(path: Path, *statements: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"Version": "2012-10-17", "Statement": statements}))


def prepare(place: Path, section: str) -> None:
    """Lay out what the commands of a section are about."""
    if section == "The shipped rules":
        policy(place / "org" / "scp.json", DENIES)
    if section == "No new access":
        for path in (place / "policies").iterdir():
            path.unlink()
        for name in ("deploy", "read-only"):
            policy(place / "policies" / f"{name}.json", PASSES)
        git(place, "init", "--quiet")
        git(place, "add", "--all")
        git(place, "commit", "--quiet", "--message", "a")
        git(place, "update-ref", "refs/remotes/origin/main", "HEAD")
        policy(place / "policies" / "deploy.json", PASSED_ROLE)


def run(place: Path, command: str) -> str:
    ran = subprocess.run(
        ["bash", "-c", command],  # noqa: S607 - whichever there is
        cwd=place,
        env={"PATH": f"{COMMAND.parent}:{os.environ['PATH']}", "LC_ALL": "C", **COPY},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        timeout=PATIENCE,
    )
    return ran.stdout.decode()


def fits(shown: str, output: str) -> bool:
    """Say whether an output is as shown: `…` stands for the rest of a line, or alone for lines."""
    shown = re.sub(r"…\s*\Z", "\0", shown)
    pattern = re.escape(shown).replace("\0", r"[\s\S]*")
    pattern = re.sub(r"^…\\\n", r"(?:.*\\n)*?", pattern, flags=re.MULTILINE).replace("…", ".*")
    return bool(re.fullmatch(pattern, output))


def test_every_command_does_what_is_shown(tmp_path: Path) -> None:
    """The commands are run one after the other in an empty folder, as a newcomer would."""
    section, run_of, left = "", 0, []
    for block in blocks():
        if block.section != section:
            section = block.section
            prepare(tmp_path, section)
        named = re.search(r"`(policies/[\w.-]+)`", block.before)
        if named and block.language == "json":
            (tmp_path / named[1]).parent.mkdir(exist_ok=True)
            (tmp_path / named[1]).write_text(block.text)
        for command in commands(block) if block.language == "console" else ():
            if command.text.startswith(NOT_OURS):
                continue
            assert command.text.startswith("policy-check ")
            if set(re.findall(r"-o (\w+)", command.text)) - set(FORMATS):
                left.append(command.text)
                continue
            output = run(tmp_path, command.text)
            run_of += 1
            assert "Usage:" not in output, command.text
            assert "no check was performed" not in output, output
            if command.shown.strip():
                assert fits(command.shown, output), f"{command.text}\n{output}"
    assert run_of > 8
    if left:
        pytest.skip(f"not run, for a format is not there yet: {left}")


@pytest.mark.parametrize(
    ("shown", "output", "fitting"),
    [
        ("a\n", "a\n", True),
        ("a\n", "a\nb\n", False),
        ("…\nb\n", "a\na\nb\n", True),
        ("…\nb\n", "a\nb\nc\n", False),
        ("a …\nc\n", "a b\nc\n", True),
        ("a …\nc\n", "a b\nb\nc\n", False),
        ("a …", "a b\nb\nc\n", True),
        ("a.\n", "ab\n", False),
    ],
)
def test_what_is_shown_is_held_to_what_is_printed(
    shown: str, output: str, *, fitting: bool
) -> None:
    assert fits(shown, output) is fitting


def test_every_command_and_every_format_has_its_line() -> None:
    listed = set(re.findall(r"^\| `policy-check ([a-z]+)", README, re.MULTILINE))
    assert set(COMMANDS) - {"check"} <= listed
    formats = re.findall(r"^\| `([a-z]+)` \|", README, re.MULTILINE)
    assert set(FORMATS) <= set(formats)
    missing = {*listed, *formats} - {*COMMANDS, *FORMATS}
    if missing:
        pytest.skip(f"told of, and not there yet: {', '.join(sorted(missing))}")


def test_files_for_ci_systems_name_what_there_is() -> None:
    written = (each for each in blocks() if (each.section, each.language) == ("In CI", "yaml"))
    workflow, include, hooks = (yaml.safe_load(each.text) for each in written)
    assert set(workflow["jobs"]["policy-check"]["steps"][-1]["with"]) <= set(ACTION["inputs"])
    given = include["include"][0]["inputs"]
    needed = {name for name, each in INPUTS.items() if "default" not in each}
    assert needed <= set(given) <= set(INPUTS)
    assert re2.fullmatch(INPUTS["wheel"]["regex"], given["wheel"].replace("…", "0" * 64))
    assert hooks["repos"][0]["hooks"][0]["id"] == HOOK["id"]


def test_the_configuration_is_valid() -> None:
    (text,) = (each.text for each in blocks() if each.section == "Configuration")
    reading = parse_yaml(Source("policy-check.yaml", text, ""))
    assert not Schema.bundled("settings/config.schema.json").problems(reading)


def test_the_configuration_loads_with_its_rules(tmp_path: Path) -> None:
    (text,) = (each.text for each in blocks() if each.section == "Configuration")
    given = yaml.safe_load(text)
    (tmp_path / "policy-check.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "waivers.yaml").write_text("waivers: []\n", encoding="utf-8")
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    shutil.rmtree(tmp_path / "rules" / "ecr")  # `builtin:ecr` has these
    for name in given["policies"]:
        policy(tmp_path / name / "a.json", PASSES)
    for kind in given["kinds"]:
        (tmp_path / kind["schema"]).parent.mkdir(exist_ok=True)
        (tmp_path / kind["schema"]).write_text('{"type": "object"}')
    output = run(tmp_path, "policy-check --no-strict")
    assert "PASSED: no violations" in output, output


def test_every_target_of_make_exists() -> None:
    named = set(re.findall(r"(?:^\$ |`)make (\w+)", README, re.MULTILINE))
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert {"run", "test", "quick"} <= named <= set(targets)


def test_the_library_does_what_is_shown(tmp_path: Path) -> None:
    (text,) = (each.text for each in blocks() if each.language == "python")
    policy(tmp_path / "policies" / "read.json", PASSES)
    ran = subprocess.run(
        [sys.executable, "-c", text],
        cwd=tmp_path,
        capture_output=True,
        check=True,
        timeout=PATIENCE,
    )
    assert ran.stdout == b"0 []\n"


OUTCOMES = {
    "holds policies": {Role.PLAIN, Role.LINES},
    "may hold a policy that could not be read": {Role.TEMPLATE},
    "mentions a policy": {Role.PROSE},
    "shows a policy and has an unknown extension": {Role.OTHER},
}


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_outcome_names_extensions_that_have_it(outcome: str) -> None:
    (row,) = re.findall(rf"^\| {outcome} \| ([^|]*) \|", README, re.MULTILINE)
    named = re.findall(r"`(\.\w+)`", row)
    assert named
    assert {role(f"policy{suffix}") for suffix in named} == OUTCOMES[outcome]


def test_every_wrapper_is_named() -> None:
    section = README.partition("## What is read")[2].partition("\n## ")[0]
    named = {each.rpartition(" ")[2] for each in re.findall(r"`([\w -]+)`", section)}
    pages = {each.reference.rpartition("/")[2].removesuffix(".html") for each in SHAPES}
    assert pages <= named


def test_the_rule_is_the_shipped_one() -> None:
    (text,) = (each.text for each in blocks() if each.section == "Writing a rule")
    shown = yaml.safe_load(text)
    path = ROOT / "rules" / "ecr" / "ecr-push-to-one-repository.yaml"
    shipped = yaml.safe_load(path.read_text(encoding="utf-8"))
    same = ("id", "title", "severity", "kind", "params", "let", "when", "require", "message", "at")
    assert {key: shown[key] for key in same} == {key: shipped[key] for key in same}


@pytest.mark.parametrize("path", [ROOT / "README.md", *TEXTS], ids=lambda path: path.name)
def test_every_link_leads_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    headings = {re.sub(r"[^\w -]", "", each).strip().lower().replace(" ", "-")
                for each in re.findall(r"^#+ (.*)$", text, re.MULTILINE)}  # fmt: skip
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if target.startswith("#"):
            assert target[1:] in headings, target
        elif not target.startswith(("https://", "http://")):
            place = (path.parent / target.partition("#")[0]).resolve()
            assert place.exists() or place == PAGE, target
    if path.name == "README.md" and not PAGE.exists():
        pytest.skip(f"{PAGE.name} is not there yet")


def test_it_is_short_enough_to_be_read() -> None:
    assert len(README.splitlines()) <= 430


def drawn(svg: str) -> list[str]:
    """Return the texts of a picture, without what is dated or numbered."""
    texts = map(html.unescape, re.findall(r"<text[^>]*>([^<]*)</text>", svg))
    plain = (text.replace("\xa0", " ").strip() for text in texts)
    return [re.sub(r"\d{4}-\d\d-\d\d|\b\d+\.\d+\.\d+\b", "N", text) for text in plain if text]


def test_the_picture_shows_what_the_command_prints() -> None:
    namespace: dict[str, Any] = {"__name__": "text_report"}
    script = PICTURE.with_name("text_report.py")
    namespace["__file__"] = str(script)
    exec(compile(script.read_text(), script, "exec"), namespace)  # noqa: S102 - our own script
    stale = "renew docs/images/report.svg: python docs/images/text_report.py"
    shown = PICTURE.read_text(encoding="utf-8")
    assert drawn(shown) == drawn(namespace["picture"]()), stale
    assert "FAILED: 3 violations" in " ".join(drawn(shown))


def test_the_picture_is_small_and_fetches_nothing() -> None:
    shown = PICTURE.read_text(encoding="utf-8")
    assert len(shown) < 100_000
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)|@import|@font-face|<script", shown)
