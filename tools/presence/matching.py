"""Compares what a counter sees in a repository with what a JSON report says of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tools.presence.found import MENTIONED, NOT_IN_FORCE, Found

DECIDED, UNDECIDED, ERROR, UNSEEN, NOT_IN = (
    "decided", "undecided", "errors", "unseen", "not in force",
)  # fmt: skip
OUTCOMES = (DECIDED, UNDECIDED, ERROR, UNSEEN, NOT_IN)
"""From the best to the worst, but the last, which nothing is expected of."""
_INVALID = "valid-document"
_NO_POLICY = {"", "aws-principal", "aws-attached-policies"}
"""Kinds of files that are errors, of what one principal may do, and of lists of names."""

Report = Mapping[str, Any]


class _Seen(NamedTuple):
    """A document of a report; `line` is 0 where the report does not say where it stands."""

    part: str
    line: int
    end: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Matched:
    """What a report says of each policy that a counter sees, and where the two disagree."""

    outcomes: Sequence[tuple[Found, str]]
    """All policies but those that are mentioned, each with one of OUTCOMES."""
    mentioned: Sequence[Found]
    extra: list[str] = field(default_factory=list)
    """Documents of the report that the counter does not see."""
    baseless: list[str] = field(default_factory=list)
    """Errors of files that hold no policy, as the counter sees it."""
    unmentioned: list[str] = field(default_factory=list)
    """Texts with a policy that the report neither mentions nor reports as unread."""


def matched(found: Sequence[Found], report: Report) -> Matched:
    """Match policies to the documents of a report: by path, then by line, then in order.

    A policy with several documents, such as one for each use of a Terraform data block, has the
    worst outcome of them. One without any is an error if its file or the lines it stands in have
    one, and else unseen. Paths of both are from the root of the repository.
    """
    files = defaultdict(list)
    for policy in found:
        files[policy.path].append(policy)
    seen, errors = _documents(report), _errors(report)
    result = Matched([], [each for each in found if each.form == MENTIONED])
    outcomes = []
    for path in sorted({*files, *seen, *errors}):
        asked = [each for each in files[path] if each.form not in {MENTIONED, *NOT_IN_FORCE}]
        outcomes += [(each, NOT_IN) for each in files[path] if each.form in NOT_IN_FORCE]
        by_policy, extra = _in_file(asked, seen[path])
        result.extra.extend(f"{path}:{each.line} {each.part}".rstrip() for each in extra)
        for number, policy in enumerate(asked):
            known = by_policy.get(number) or [_without(policy, errors[path], seen[path])]
            outcomes.append((policy, max(known, key=OUTCOMES.index)))
        if not asked:
            result.baseless.extend(
                f"{path}:{each.line} {each.part}".rstrip() for each in errors[path]
            )
    said = {*report["inputs"].get("mentioned", ()), *report["inputs"]["unread"]}
    said |= {path for path, known in errors.items() if known}
    result.unmentioned.extend(
        f"{each.path}:{each.line}" for each in result.mentioned if each.path not in said
    )
    return Matched(outcomes, result.mentioned, result.extra, result.baseless, result.unmentioned)


def _documents(report: Report) -> Mapping[str, list[_Seen]]:
    """Return the policies of a report by path, without its other documents."""
    findings = defaultdict(list)
    for finding in report["findings"]:
        findings[finding["document"], finding.get("part", "")].append(finding)
    seen = defaultdict(list)
    for document in report["documents"]:
        path, part = document["path"], document.get("part", "")
        if document["kind"] in _NO_POLICY:
            continue
        about = findings[path, part]
        place = document.get("place") or document.get("location") or {}
        lines = [each["location"]["line"] for each in about if each["location"]]
        line = place.get("line") or min(lines, default=0)
        seen[path].append(_Seen(part, line, place.get("end_line") or line, _outcome(about)))
    return seen


def _outcome(findings: Sequence[Mapping[str, Any]]) -> str:
    failed = {each["rule"] for each in findings if each["status"] == "error"}
    if _INVALID in failed:
        return ERROR
    return UNDECIDED if failed else DECIDED


def _errors(report: Report) -> Mapping[str, list[_Seen]]:
    errors = defaultdict(list)
    for finding in report["findings"]:
        if finding["status"] == "error" and not finding["kind"]:
            place = finding["location"] or {}
            part, line = finding.get("part", ""), place.get("line", 0)
            end = place.get("end_line", line)
            errors[finding["document"]].append(_Seen(part, line, end, ERROR))
    return errors


def _in_file(
    policies: Sequence[Found], seen: Sequence[_Seen]
) -> tuple[Mapping[int, list[str]], list[_Seen]]:
    """Return the outcomes of policies of a file by index, and the documents that are none of them.

    Several policies may stand in one line, so that only their index tells them apart.
    """
    outcomes: dict[int, list[str]] = defaultdict(list)
    extra, placeless = [], []
    for each in sorted(seen, key=lambda each: each.line):
        if not each.line:
            placeless.append(each)
        elif (number := _at(each, policies, outcomes)) is not None:
            outcomes[number].append(each.outcome)
        else:
            extra.append(each)
    left = [number for number in range(len(policies)) if number not in outcomes]
    for number, each in zip(left, placeless, strict=False):
        outcomes[number].append(each.outcome)
    return outcomes, [*extra, *placeless[len(left) :]]


def _at(seen: _Seen, policies: Sequence[Found], taken: Mapping[int, list[str]]) -> int | None:
    """Return the index of the policy that a document starts in, or the next that stands in it."""
    all_of = list(enumerate(policies))
    around = [number for number, each in all_of if each.line <= seen.line <= each.end]
    inside = [number for number, each in all_of if seen.line <= each.line <= each.end <= seen.end]
    candidates = around or inside
    free = [number for number in candidates if number not in taken]
    return next(iter(free or candidates[-1:]), None)


def _without(policy: Found, errors: Sequence[_Seen], seen: Sequence[_Seen]) -> str:
    """Say what became of a policy without a document.

    An error of a whole file is about all that stands in it, unless documents were read from the
    file: then it is about its own lines, and the rest is overlooked.
    """
    is_in_error = any(
        (not each.part and not seen) or (each.line <= policy.end and policy.line <= each.end)
        for each in errors
    )
    return ERROR if is_in_error else UNSEEN
