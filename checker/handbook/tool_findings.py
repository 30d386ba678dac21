"""Nothing in; what there is to say of the findings that the tool makes by itself, out."""

from __future__ import annotations

from checker.handbook.topics import Points, Section, Text, Topic
from checker.report import DOCUMENT_RULE, WAIVER_RULE


def topics() -> dict[str, Topic]:
    """Return by their ids the topics of findings that belong to no rule."""
    return {each.id: each for each in (_document(), _waiver())}


def _document() -> Topic:
    why = (
        "What cannot be read cannot be decided, so a document that is no sound JSON or YAML, or "
        "not valid for its kind, is an error and never a pass: the exit code is 2, and every "
        "rule counts the document as not decided. Other documents are checked all the same."
    )
    causes = (
        "JSON or YAML that is broken, or that two readers could take for two things",
        "a file that is no regular file, not UTF-8, nested over 64 levels, or over 16 MiB",
        "a policy that AWS would refuse, such as one with a misspelt element",
        "a document of a kind that nothing recognises",
    )
    remedies = (
        "Mend the file at the line and column of the finding.",
        "Leave out a file that is no document by --exclude, or by `exclude` in policy-check.yaml.",
        "Say by --kind, or by `paths` there, of what kind a file is that is not recognised.",
    )
    return _own(DOCUMENT_RULE, "Every document can be read and is valid", why, causes, remedies)


def _waiver() -> Topic:
    why = (
        "A waiver accepts a violation, for a reason and until a day. One that is not valid accepts "
        "nothing, is an error and makes the exit code 2; one that has expired or is not needed is "
        "a violation of low severity, or nobody would know what is accepted today."
    )
    causes = (
        "one that is not valid: without a reason or an owner, of no rule, or for over 400 days",
        "one that has expired: its last day has passed",
        "one that is not needed: its rule finds nothing there, or what it was written for changed",
    )
    remedies = (
        "Mend the policy, and remove the waiver.",
        "Or decide anew: give it a reason that holds today, and a day on which to look again.",
    )
    return _own(WAIVER_RULE, "Every waiver is valid, in force and needed", why, causes, remedies)


def _own(
    name: str, title: str, why: str, causes: tuple[str, ...], remedies: tuple[str, ...]
) -> Topic:
    sections = (
        Section("Why it matters", (Text(why),)),
        Section("What it finds", (Points(causes),)),
        Section("What to do", (Points(remedies),)),
    )
    return Topic(name, title, None, "", (), sections)
