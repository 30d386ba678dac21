"""The kind `aws-iam-policy`: an AWS IAM policy document of any type, as JSON or YAML."""

from __future__ import annotations

from collections.abc import Mapping

from checker import cel
from checker.iam.functions import FUNCTIONS, POLICY, STRUCTS
from checker.iam.statement import policy
from checker.kinds.kind import Kind, typed
from checker.schema import Schema
from checker.source import Json

_VERSIONS = ("2012-10-17", "2008-10-17")


def aws_iam_policy() -> Kind:
    """Return the kind; its rules see `policy`, the normalised policy, beside `document`."""
    return typed(
        "aws-iam-policy",
        Schema.bundled("kinds/aws-iam-policy.schema.json"),
        cel.Env({"policy": POLICY}, STRUCTS, FUNCTIONS),
        recognises=_recognises,
        certain=True,
        bind=_bind,
    )


def _recognises(data: Json) -> bool:
    """Say whether data is meant as a policy: by `Statement`, or by a policy language version.

    The second keeps a policy whose `Statement` is misspelt from being taken for another file.
    """
    if not isinstance(data, dict):
        return False
    return "Statement" in data or data.get("Version") in _VERSIONS


def _bind(data: Json) -> Mapping[str, object]:
    if not isinstance(data, dict):
        message = "a valid policy is an object"
        raise TypeError(message)
    return {"policy": policy(data)}
