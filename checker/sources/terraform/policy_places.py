"""Finds the policies of a module and of those that it calls.

The types of resources are those of https://registry.terraform.io/providers/hashicorp/aws/latest/docs
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from checker.sources import look
from checker.sources.terraform import syntax as s
from checker.sources.terraform.calls import Chain, instances, turns
from checker.sources.terraform.documents import TYPE, rendered
from checker.sources.terraform.instances import Instance, Scope
from checker.sources.terraform.statements import expanded
from checker.sources.terraform.typed_values import State, Value
from checker.sources.terraform_policies import arguments

if TYPE_CHECKING:
    from checker.sources.terraform.modules import Found
    from checker.sources.terraform.run import Run

_ORGANIZATION = "aws_organizations_policy"
_ORGANIZATION_KINDS = {"SERVICE_CONTROL_POLICY": "aws-scp", "RESOURCE_CONTROL_POLICY": "aws-rcp"}
"""https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/organizations_policy"""


class Place(NamedTuple):
    """The place of a policy: an argument, or an expression in a block, or a policy document."""

    chain: Chain
    found: Found
    argument: str = ""
    """The argument that is a policy, after the block in which it stands, if it is in one."""
    kind: str = ""
    within: s.Expression | None = None
    """The expression that looks like a policy, if the argument is not known to be one."""


class Given(NamedTuple):
    """A policy that a place has in one world."""

    address: str
    suffix: str
    """What tells the instance apart from others of the place."""
    kind: str
    value: Value
    scope: Scope


def known_places(chain: Chain) -> Iterator[Place]:
    """Yield the arguments of a module's resources that are policies."""
    for found in chain.module.every:
        if found.block.kind != "resource" or not found.block.labels:
            continue
        for argument, kind in arguments().get(found.block.labels[0], {}).items():
            if _has(found.block.body, argument):
                yield Place(chain, found, argument, kind)


def _has(body: s.Body, argument: str) -> bool:
    block, _, name = argument.rpartition(".")
    if not block:
        return name in body.attributes()
    return any(x.kind == block or x.labels == (block,) for x in body.blocks())


def document_places(chain: Chain) -> Iterator[Place]:
    """Yield the policy documents of a module."""
    for found in chain.module.every:
        if found.block.kind == "data" and found.block.labels[:-1] == (TYPE,):
            yield Place(chain, found)


def other_places(chain: Chain, text: Mapping[str, str]) -> Iterator[Place]:
    """Yield expressions that look like policies and stand in text that is not taken yet.

    `text` is what is left of each file, by its name.
    """
    for found in chain.module.every:
        left = text.get(found.file.name, "")[slice(*found.block.span)]
        if not look.policy(left) or (found.block.kind == "data" and TYPE in found.block.labels):
            continue
        for name, expression in _expressions(found.block.body):
            for each in _candidates(expression, text[found.file.name]):
                yield Place(chain, found, name, "", each)


def _expressions(body: s.Body) -> Iterator[tuple[str, s.Expression]]:
    for name in body.attributes():
        value = body.attribute(name)
        if value is not None:
            yield name, value
    for block in body.blocks():
        yield from _expressions(block.body)


def _candidates(expression: s.Expression, text: str) -> Iterator[s.Expression]:
    todo = [expression]
    while todo:
        each = todo.pop()
        left = text[slice(*each.span)]
        if not look.policy(left):
            continue
        if _is_candidate(each):
            yield each
            continue
        todo += reversed(list(s.children(each)))


def _is_candidate(node: s.Expression) -> bool:
    match node:
        case s.Call(_, "jsonencode", _, _):
            return True
        case s.Template(_, parts):
            words = "".join(part.text for part in parts if isinstance(part, s.Run))
            return "{" in words and look.policy(words)
        case s.Entries(_, entries):
            return any(_is_word(key, "Statement") for key, _ in entries)
    return False


def _is_word(key: s.Expression, word: str) -> bool:
    match key:
        case s.Template(_, (s.Run(_, text, _),)):
            return text == word
    return False


def given(run: Run, place: Place) -> list[Given]:
    """Return the policies that a place has in a world."""
    found: list[Given] = []
    block = place.found.block
    for instance in instances(run, run.shared.top, place.chain):
        scope = Scope(instance, place.found.file)
        if block.kind not in {"resource", "data", "module"}:
            found += _of_turn(run, place, scope, "")
            continue
        for turn in turns(run, place.found, scope):
            found += _of_turn(run, place, scope.having(turn.names), turn.suffix)
    return found


def _of_turn(run: Run, place: Place, scope: Scope, suffix: str) -> Iterator[Given]:
    body = place.found.block.body
    address = address_of(place, scope.instance)
    if place.within is not None:
        yield Given(address, suffix, place.kind, run.value(place.within, scope), scope)
        return
    if not place.argument:
        # A document without statements grants nothing, and AWS does not accept it.
        made = rendered(run, place.found, scope)
        yield Given(address, suffix, place.kind, made, scope)
        return
    kind: str | None = place.kind
    if place.found.block.labels[:1] == (_ORGANIZATION,):
        kind = _organization_kind(run, body, scope)
    if kind is None:
        return
    block, _, name = place.argument.rpartition(".")
    bodies = expanded(run, body, block, scope) if block else [(body, scope)]
    for at, (each, inner) in enumerate(bodies):
        value = each.attribute(name)
        if value is not None:
            named = address
            if block:
                named = f"{address.removesuffix(place.argument)}{block}[{at}].{name}"
            yield Given(named, suffix, kind, run.value(value, inner), inner)


def _organization_kind(run: Run, body: s.Body, scope: Scope) -> str | None:
    """Return the kind of a policy of an organization; None if it is no policy of IAM."""
    given = body.attribute("type")
    if given is None:
        return "aws-scp"
    value = run.value(given, scope)
    if not isinstance(value.data, str) or value.state is not State.KNOWN:
        return ""
    return _ORGANIZATION_KINDS.get(value.data)


def address_of(place: Place, instance: Instance) -> str:
    """Return how an author names a policy, such as `module.ci.aws_iam_policy.push`."""
    block = place.found.block
    if block.kind == "resource":
        name = ".".join(block.labels)
        several = (
            len(arguments().get("".join(block.labels[:1]), {})) > 1 or place.within is not None
        )
        tail = f".{place.argument}" if several else ""
    elif block.kind == "data":
        name = f"data.{'.'.join(block.labels)}"
        tail = f".{place.argument}" if place.argument else ""
    elif block.kind == "locals":
        name, tail = f"local.{place.argument}", ""
    else:
        name, tail = ".".join((block.kind, *block.labels)), f".{place.argument}"
    return f"{instance.prefix}{name}{tail}"
