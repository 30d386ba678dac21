"""The kinds of documents that rules can be about."""

from checker.kinds.aws_iam_policy import aws_iam_policy, members
from checker.kinds.declared import declared
from checker.kinds.kind import Kind, from_schema

__all__ = ["Kind", "builtin", "declared", "from_schema"]


def builtin() -> list[Kind]:
    """Return the kinds that the tool knows by itself."""
    policy = aws_iam_policy()
    return [policy, *members(policy)]
