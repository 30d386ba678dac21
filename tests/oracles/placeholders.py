"""Puts placeholders of a template into policies, and compares what rules say before and after.

The values that are replaced are one way to render the template. So a rule that finds nothing in the
policy must not find anything in the template, but it may say that it cannot decide. What it finds
in the policy, it must find in the template, too, or say that it cannot decide.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from checker.api import Rules, check
from checker.report.finding import Finding, Status

Json = Any
_ACCOUNT = re.compile(r"(?<![0-9])[0-9]{12}(?![0-9])")
_ORGANISATION = re.compile(r"(?<![a-z0-9])o-[a-z0-9]{10,32}(?![a-z0-9])")
_NAME = re.compile(r"[A-Za-z0-9._-]{3,}")
_SEGMENTS_OF_ARN = {
    1: ("PARTITION", re.compile(r"aws[a-z-]*")),
    3: ("REGION", re.compile(r"[a-z]{2}(?:-[a-z]+)+-[0-9]")),
    4: ("ACCOUNT", _ACCOUNT),
}
_SEGMENTS = 6


def template(rnd: random.Random, policy: Json, share: float) -> Json:
    """Return a policy with placeholders for a share of its values; one text has one name."""
    names: dict[str, str | None] = {}

    def name(text: str, kind: str) -> str:
        if text not in names:
            names[text] = f"${{{kind}_{len(names)}}}" if rnd.random() < share else None
        return names[text] or text

    return _changed(policy, lambda text: _templated(text, name))


def _changed(policy: Json, change: Callable[[str], str]) -> Json:
    made = json.loads(json.dumps(policy))
    statements = made["Statement"] if isinstance(made["Statement"], list) else [made["Statement"]]
    for statement in statements:
        for element in ("Resource", "NotResource", "Principal", "NotPrincipal"):
            if element in statement:
                statement[element] = _each(statement[element], change)
        for block in statement.get("Condition", {}).values():
            for key in block:
                block[key] = _each(block[key], change)
    return made


def _each(value: Json, change: Callable[[str], str]) -> Json:
    if isinstance(value, dict):
        return {key: _each(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_each(item, change) for item in value]
    return change(value) if isinstance(value, str) else value


def _templated(text: str, name: Callable[[str, str], str]) -> str:
    if "${" in text:
        return text
    parts = text.split(":", _SEGMENTS - 1)
    if parts[0] != "arn" or len(parts) < _SEGMENTS:
        text = _ACCOUNT.sub(lambda found: name(found[0], "ACCOUNT"), text)
        return _ORGANISATION.sub(lambda found: name(found[0], "ORGANISATION"), text)
    for at, (kind, form) in _SEGMENTS_OF_ARN.items():
        if form.fullmatch(parts[at]):
            parts[at] = name(parts[at], kind)
    pieces = re.split(r"([/:])", parts[5])
    kept = len(pieces) > 1  # the first word is the type of the resource
    named = [
        name(piece, "NAME") if _NAME.fullmatch(piece) and not (kept and at == 0) else piece
        for at, piece in enumerate(pieces)
    ]
    return ":".join((*parts[:5], "".join(named)))


@dataclass
class Compared:
    """What rules say of policies and of their templates."""

    policies: int = 0
    undecided: int = 0
    """Templates of which a rule cannot decide what it decided of the policy."""
    doubts: Counter[str] = field(default_factory=Counter)
    """By rule: how many templates it cannot decide."""
    added: list[str] = field(default_factory=list)
    """What is found in a template and not in the policy."""
    lost: list[str] = field(default_factory=list)
    """What is found in a policy, and of which nothing is said in the template."""


def compared(rules: Rules, cases: Iterable[tuple[str, Json, Json]]) -> Compared:
    """Return what rules say of policies, each with a name and a template."""
    result = Compared()
    for name, policy, made in cases:
        if made == policy:
            continue
        before, doubts_before = _said(rules, name, policy)
        after, doubts = _said(rules, name, made)
        new_doubts = doubts - doubts_before
        result.policies += 1
        result.undecided += bool(new_doubts)
        result.doubts.update(rule for rule, _ in new_doubts)
        unsure = {rule for rule, _ in doubts}
        result.added += [f"{name}: {rule} {place}" for rule, place in sorted(after - before)]
        result.lost += [
            f"{name}: {rule} {place}"
            for rule, place in sorted(before - after)
            if rule not in unsure
        ]
    return result


def _said(rules: Rules, name: str, policy: Json) -> tuple[set[Any], set[Any]]:
    """Return the violations and the doubts about a policy, each as rule and place."""
    report = check(rules, documents={name: policy}, workers=None)
    found = {
        status: {(f.rule, _element(f.finding)) for f in report.findings if f.status is status}
        for status in (Status.FAIL, Status.ERROR)
    }
    doubts = {(rule, "") for rule, _ in found[Status.ERROR]}
    return found[Status.FAIL], doubts


def _element(finding: Finding) -> str:
    """Return the element that a finding is about, whichever of its entries it names first."""
    return re.sub("/[0-9]+$", "", finding.place.pointer)


def policies(folder: Path) -> Iterator[tuple[str, Json]]:
    """Yield the sample policies of a folder, each with its name."""
    for path in sorted(folder.rglob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(data, dict) and "Statement" in data:
            yield path.relative_to(folder).as_posix(), data
