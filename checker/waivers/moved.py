"""Finds out where the files of waivers are now, if they have another name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from checker.report import Finding, fingerprint

_Aim: TypeAlias = tuple[str, str, str | None, str | None, str | None]
_MOST = 100
"""The most files that are looked for; each is compared with all findings of a rule."""


def moves(aims: Iterable[_Aim], findings: Sequence[Finding]) -> dict[_Aim, str]:
    """Return, for waivers whose files are gone, the name of a file with the same finding.

    An aim is what a waiver accepts: a rule, file, part, subject and fingerprint. If several files
    have the finding, the first by name counts.
    """
    wanted: dict[tuple[str, str], list[_Aim]] = {}
    for aim in aims:
        if aim[4] is not None and ((aim[0], aim[1]) in wanted or len(wanted) < _MOST):
            wanted.setdefault((aim[0], aim[1]), []).append(aim)
    found: dict[_Aim, str] = {}
    for (rule, file), its in wanted.items():
        now: dict[str, str] = {}
        for each in findings:
            if each.rule == rule and each.basis:
                name = fingerprint(rule, file, each.part, each.basis)
                now[name] = min(each.file, now.get(name, each.file))
        found.update({aim: now[aim[4]] for aim in its if aim[4] in now})
    return found
