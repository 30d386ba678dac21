"""Defines the kind `aws-attached-policies`: the managed policies that a role, user or group has.

A template names them by their ARNs. No file of its own is of this kind.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html
"""

from __future__ import annotations

from checker.kinds.kind import Kind, typed
from checker.reader.schema import Schema

ATTACHED = "aws-attached-policies"


def aws_attached_policies() -> Kind:
    """Return the kind; its rules see `document`, a list of names and ARNs."""
    return typed(ATTACHED, Schema.bundled("kinds/aws-attached-policies.schema.json"))
