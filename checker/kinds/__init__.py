"""Provides the kinds of documents that rules can be about: built-in ones and a user's own."""

from checker.kinds.aws_attached_policies import ATTACHED, aws_attached_policies
from checker.kinds.aws_iam_policy import aws_iam_policy, members
from checker.kinds.declared import declared
from checker.kinds.kind import Kind, from_schema, never

__all__ = ["ATTACHED", "Kind", "builtin", "declared", "from_schema", "never"]


def builtin() -> list[Kind]:
    """Return the built-in kinds."""
    policy = aws_iam_policy()
    return [policy, *members(policy), aws_attached_policies()]
