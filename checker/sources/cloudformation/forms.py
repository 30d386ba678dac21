"""Renders a policy that a property gives in a form of its own: a statement, or one of SAM's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.problems import InputError
from checker.reader.rendered import Origin
from checker.sources import sam_policies
from checker.sources.cloudformation.made import Made, items_of, listed
from checker.sources.cloudformation.policies import is_function
from checker.sources.policy_properties import Form
from checker.sources.sam_policies import SamPolicyError

if TYPE_CHECKING:
    from checker.problems import Json, Route
    from checker.sources.cloudformation.renderer import Renderer


def rendered(renderer: Renderer, node: Json, route: Route, form: Form | None) -> Made | None:
    """Return the policy that a node is in some form; None if it is no value.

    Without a form, it is the list of the managed policies that the node names. Raises InputError
    for what cannot be rendered, and Fork.
    """
    if form is None:
        return _names(renderer, node, route)
    if form is Form.SAM:
        return _of_sam(renderer, node, route)
    made = renderer.render(node, route)
    if made is None or form not in (Form.STATEMENT, Form.STATEMENTS):
        return made
    statements = items_of(made)
    origin = Origin(route, None, [each.origin for each in statements])
    value: dict[str, Json] = {
        "Version": "2012-10-17",
        "Statement": [each.value for each in statements],
    }
    return Made(value, Origin(route, None, {"Statement": origin}))


def _names(renderer: Renderer, node: Json, route: Route) -> Made | None:
    """Return the names and ARNs of policies that a template knows; None if there are none."""
    items = node if isinstance(node, list) else [node]
    found: list[Made] = []
    for index, item in enumerate(items):
        if isinstance(item, dict) and not is_function(item):
            continue  # a policy itself, as SAM lets it stand among names
        at = (*route, index) if isinstance(node, list) else route
        made = renderer.render(item, at)
        found += items_of(made) if made is not None else []
    known = [
        each
        for each in found
        if isinstance(each.value, str) and each.value and each.value not in renderer.open
    ]
    return listed(known, route) if known else None


def _of_sam(renderer: Renderer, node: Json, route: Route) -> Made | None:
    """Return a policy of SAM: a policy itself, or one of its policy templates.

    https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-policy-templates.html
    """
    if not isinstance(node, dict) or len(node) != 1 or "Statement" in node:
        return renderer.render(node, route)
    ((name, given),) = node.items()
    if name not in sam_policies.names():
        return renderer.render(node, route)
    at = (*route, name)
    try:
        policy = sam_policies.expanded(name, given if isinstance(given, dict) else {})
    except SamPolicyError as error:
        raise InputError(renderer.template.reading.problem(str(error), at)) from error
    made = renderer.render({"Version": "2012-10-17", **policy}, at)
    # Its statements stand nowhere in the file but at its name.
    return None if made is None else Made(made.value, Origin(at, at))
