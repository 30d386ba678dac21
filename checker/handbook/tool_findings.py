"""Documents the findings that belong to no rule: those about documents and waivers."""

from __future__ import annotations

from checker.handbook.topics import Points, Section, Text, Topic
from checker.report import DOCUMENT_RULE, OWN_TEXTS, WAIVER_RULE


def topics() -> dict[str, Topic]:
    """Return the topics of the findings that belong to no rule, by their ids."""
    return {each.id: each for each in (_document(), _waiver())}


def _document() -> Topic:
    why = (
        "No rule can be decided on a document that cannot be read. So a document that is not "
        "valid JSON or YAML, or not valid for its kind, is an error and never passes: the exit "
        "code is 2, and every rule counts the document as not decided. All other documents are "
        "still checked."
    )
    causes = (
        "JSON or YAML that is not valid, or that two readers may read differently",
        "a file that is not a regular file, not UTF-8, nested over 64 levels, or over 16 MiB",
        "a policy that AWS would reject, such as one with a misspelt element",
        "a document whose kind is not recognised",
    )
    remedies = (
        "Fix the file at the line and column of the finding.",
        "Exclude a file that is not a policy, with --exclude or `exclude` in policy-check.yaml.",
        "Name the kind of a file that is not recognised, with --kind or `paths` there.",
    )
    return _own(DOCUMENT_RULE, why, causes, remedies)


def _waiver() -> Topic:
    why = (
        "A waiver accepts a violation for a reason and until a date. A waiver that is not valid "
        "accepts nothing: it is an error, and the exit code is 2. A waiver that has expired or is "
        "not needed is a violation of low severity, so that the waivers show what is accepted now."
    )
    causes = (
        "a waiver that is not valid: without a reason or owner, of no rule, or for over 400 days",
        "a waiver that has expired: its last day has passed",
        "a waiver that is not needed: its rule finds nothing, or what it accepted has changed",
    )
    remedies = (
        "Fix the policy, and remove the waiver.",
        "Or decide again: give it a reason that is true today, and a date for the next review.",
    )
    return _own(WAIVER_RULE, why, causes, remedies)


def _own(name: str, why: str, causes: tuple[str, ...], remedies: tuple[str, ...]) -> Topic:
    sections = (
        Section("Why it matters", (Text(why),)),
        Section("What it finds", (Points(causes),)),
        Section("What to do", (Points(remedies),)),
    )
    return Topic(name, OWN_TEXTS[name].title, None, "", "", (), sections)
