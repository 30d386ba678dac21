"""Defines the kind `aws-iam-policy`: an AWS IAM policy document of any type, as JSON or YAML.

Its members are kinds for the types of policies. Paths can be mapped to them, because a policy does
not always show what it is attached to.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import cast

from checker import cel
from checker.cel.env import Function
from checker.cel.types import DYN
from checker.errors import FunctionError
from checker.iam import catalogue
from checker.iam.functions import FUNCTIONS, POLICY, STRUCTS
from checker.iam.grounds import Grounds, narrows
from checker.iam.statement import Policy, PolicyType, policy
from checker.kinds.kind import Kind, never, typed
from checker.problems import Json, Route
from checker.reader.schema import Schema

_VERSIONS = ("2012-10-17", "2008-10-17")


NAME = "aws-iam-policy"
_MEMBERS = {
    "aws-identity-policy": PolicyType.IDENTITY,
    "aws-resource-policy": PolicyType.RESOURCE,
    "aws-trust-policy": PolicyType.TRUST,
    "aws-scp": PolicyType.SCP,
    "aws-rcp": PolicyType.RCP,
    "aws-permissions-boundary": PolicyType.BOUNDARY,
    "aws-vpc-endpoint-policy": PolicyType.ENDPOINT,
}
_LIMITS = (PolicyType.BOUNDARY, PolicyType.ENDPOINT)
"""The types that only limit what other policies grant:
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html and
https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html"""


def aws_iam_policy() -> Kind:
    """Return the kind; its rules see `document` and `policy`, the normalised policy."""
    schema = Schema.bundled("kinds/aws-iam-policy.schema.json")
    return typed(
        NAME,
        schema,
        cel.Env({"policy": POLICY}, STRUCTS, (*FUNCTIONS, _maker(schema))),
        recognises=_recognises,
        certain=True,
        bind=_bind,
        facts=lambda: f"AWS's actions and condition keys as of {catalogue.updated()}",
        unit=_statement,
        canonical=_canonical,
        grounds=Grounds,
        narrows=narrows,
    )


def _maker(schema: Schema) -> Function:
    def made(data: Json) -> Policy:
        # INVARIANT: a policy with any invalid part is an error.
        for violation in schema.violations(data):
            raise FunctionError(f"not a valid policy: {violation.message}")
        return policy(cast("dict[str, Json]", data))

    return Function(
        "iamPolicy",
        (DYN,),
        POLICY,
        made,
        "The policy that a map contains, such as a parameter of a rule.",
        example="iamPolicy(document).statements.size() == 3",
    )


def members(kind: Kind) -> Iterator[Kind]:
    """Yield the kinds for the types of policies, which a document gets only by a mapping."""
    for name, of in _MEMBERS.items():

        def bind(data: Json, of: PolicyType = of) -> Mapping[str, object]:
            return _bind(data, of)

        made = replace(kind, name=name, family=NAME, recognises=never, certain=False, bind=bind)
        yield replace(made, grants=of not in _LIMITS)


def _recognises(data: Json) -> bool:
    """Return whether data is meant as a policy: it has `Statement`, or a policy language version.

    The version catches a policy whose `Statement` is misspelt.
    """
    if not isinstance(data, dict):
        return False
    return "Statement" in data or data.get("Version") in _VERSIONS


def _bind(data: Json, of: PolicyType | None = None) -> Mapping[str, object]:
    if not isinstance(data, dict):
        message = "a valid policy must be an object"
        raise TypeError(message)
    return {"policy": policy(data, of)}


def _statement(route: Route) -> Route:
    """Return the statement that a node is in, because its meaning depends on all its elements."""
    match route:
        case ("Statement", int(), *_):
            return route[:2]
        case ("Statement", *_):
            return route[:1]
    return route


def _canonical(node: Json) -> Json:
    """Return a part of a policy in a form that is the same for all spellings.

    Lists are sets, and a single item is the same as a list of it; AWS too returns policies so.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
    """
    if isinstance(node, dict):
        return {key: _canonical(value) for key, value in node.items()}
    if not isinstance(node, list):
        return node
    by_text = {json.dumps(item, sort_keys=True): item for item in map(_canonical, node)}
    items = [by_text[text] for text in sorted(by_text)]
    return items[0] if len(items) == 1 else items
