"""Says what the attributes of resources and data sources are: names and ARNs, or any text.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from checker.errors import FunctionError
from checker.iam import catalogue
from checker.problems import InputError
from checker.sources import stand_ins
from checker.sources.stand_ins import OWN_ACCOUNT, PARTITION, REGION, StandIn, placeholder
from checker.sources.terraform.typed_values import Open, State, Thing, Value, referred
from checker.sources.terraform_policies import table

if TYPE_CHECKING:
    from checker.sources.terraform import syntax as s
    from checker.sources.terraform.instances import Scope
    from checker.sources.terraform.modules import Found
    from checker.sources.terraform.run import Run

_FIXED = {
    ("aws_caller_identity", "account_id"): OWN_ACCOUNT,
    ("aws_caller_identity", "id"): OWN_ACCOUNT,
    ("aws_partition", "partition"): PARTITION,
    ("aws_partition", "id"): PARTITION,
    ("aws_partition", "dns_suffix"): stand_ins.URL_SUFFIX,
    ("aws_region", "name"): REGION,
    ("aws_region", "id"): REGION,
    ("aws_region", "region"): REGION,
}
"""https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/caller_identity"""
_NAMES = re.compile(
    r"(?:\w+_)?(?:arn|id|name|url|bucket|region|issuer|endpoint|domain|account|partition|"
    r"identifier|hex|dec|function|repository|family|qualifier|thumbprint|fingerprint)"
)
"""Attributes that are one value without wildcards, whichever it is."""
_PLURALS = re.compile(r"(?:\w+_)?(?:arns|ids|names|accounts)")
_KNOWN_PROVIDERS = ("aws_", "awscc_", "random_", "tls_", "time_")
_INPUTS = ("policy", "inputs", "outputs", "result", "values", "value")


_ARN_PARTS = {"partition": 1, "service": 2, "region": 3, "account": 4, "resource": 5}
"""https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/arn"""


@cache
def _formats() -> Mapping[str, Mapping[str, str]]:
    return table("terraform_arns.yaml")


def attribute(run: Run, thing: Thing, name: str, scope: Scope, span: s.Span) -> Value:
    """Return an attribute of a resource or data source."""
    found = _block(thing, scope)
    if thing.is_data and (made := _of_data(run, thing, name, found, scope, span)) is not None:
        return made
    if found is not None and (given := _given(run, found, name, scope)) is not None:
        return referred(given, scope.file, span)
    if not thing.type.startswith(_KNOWN_PROVIDERS) or name in _INPUTS:
        address = f"{thing.address}.{name}"
        return Value(Open(address, f"`{address}`"), scope.file, span)
    formats = _formats().get(thing.type, {})
    made_of = formats.get("id", "") if name == "id" else name
    if made_of == "arn" or made_of.endswith("_arn"):
        arn = _arn(run, thing, made_of, found, scope)
        if arn is not None:
            return run.stood_in(arn, scope, span)
        address = f"{thing.address}.{name}"
        return Value(Open(address, f"`{address}`"), scope.file, span)
    if _PLURALS.fullmatch(name):
        one = Open(
            f"{thing.address}.{name}", f"`{thing.address}.{name}`", ("string",), is_name=True
        )
        return Value([Value(one, scope.file, span)], scope.file, span)
    if name in {"id", formats.get("name")}:
        text, shown = _name(run, thing, found, formats, scope)
        return run.stood_in(StandIn(text, placeholder(shown)), scope, span)
    if _NAMES.fullmatch(name):
        return run.stood_in(stand_ins.name(f"{thing.address}.{name}"), scope, span)
    return Value(Thing(f"{thing.address}.{name}", thing.type, thing.is_data), scope.file, span)


def _of_data(  # noqa: PLR0913, PLR0917 - as of `attribute`
    run: Run, thing: Thing, name: str, found: Found | None, scope: Scope, span: s.Span
) -> Value | None:
    """Return an attribute of a data source that only says what is so; None if it is another one."""
    if (thing.type, name) in _FIXED:
        text = _FIXED[thing.type, name]
        shown = placeholder(f"{thing.address}.{name}")
        return run.stood_in(StandIn(text, shown), scope, span)
    if thing.type == "aws_arn" and name in _ARN_PARTS:
        whole = _given(run, found, "arn", scope) if found else None
        parts = str(whole.data).split(":", _ARN_PARTS["resource"]) if whole else []
        if len(parts) == len(_ARN_PARTS) + 1:
            return Value(parts[_ARN_PARTS[name]], scope.file, span, (), State.NAMED)
        address = f"{thing.address}.{name}"
        return Value(Open(address, f"`{address}`"), scope.file, span)
    if thing.type == "aws_service_principal" and name in {"name", "id"}:
        service = _given(run, found, "service_name", scope) if found else None
        if service is not None and isinstance(service.data, str):
            shown = placeholder(f"{thing.address}.{name}")
            return run.stood_in(
                StandIn(f"{service.data}.{stand_ins.URL_SUFFIX}", shown), scope, span
            )
    return None


def _block(thing: Thing, scope: Scope) -> Found | None:
    """Return the block of a resource; None for a part of one, and if it is not declared."""
    module = scope.instance.module
    local = thing.address.removeprefix(scope.instance.prefix).removeprefix("data.")
    label = local.split("[")[0].split(".")
    if len(label) != 2:  # noqa: PLR2004 - a type and a name
        return None
    return (module.data if thing.is_data else module.resources).get((label[0], label[1]))


def _given(run: Run, found: Found, name: str, scope: Scope) -> Value | None:
    """Return the value of an argument of a block, if it is known or one name."""
    node = found.block.body.attribute(name)
    if node is None or name in {"for_each", "count", "provider", "depends_on", "policy"}:
        return None
    inner = scope.at(found.file)
    key = scope.instance, "argument", found.file.name, found.block.span, name

    def make() -> Value | None:
        loops = {"count", "for_each"} & set(found.block.body.attributes())
        try:
            made = run.value(node, inner)
            if isinstance(made.data, Open) and not loops:
                made = run.text(made, inner, node.span)
        except InputError:
            return None
        is_open = made.state is State.OPEN or isinstance(made.data, Open) or made.data is None
        return None if is_open or (loops and not _is_same(made)) else made

    return run.kept(key, make, f"`{name}`", (inner, node.span))


def _is_same(made: Value) -> bool:
    return isinstance(made.data, str) and made.state is State.KNOWN


def _name(
    run: Run, thing: Thing, found: Found | None, formats: Mapping[str, str], scope: Scope
) -> tuple[str, str]:
    """Return a resource's name, and how messages show it."""
    argument = formats.get("name", "")
    if found is not None and argument:
        given = _given(run, found, argument, scope)
        if given is not None and isinstance(given.data, str) and "/" not in given.data:
            return given.data, run.shared.legend.get(given.data, given.data)
    made = stand_ins.name(f"{thing.address}.{argument or 'id'}")
    return made.value, f"{thing.address}.{argument or 'id'}"


def _arn(run: Run, thing: Thing, name: str, found: Found | None, scope: Scope) -> StandIn | None:
    """Return an ARN of a resource; None if it is not known how those of its type look."""
    formats = _formats().get(thing.type, {})
    shown = placeholder(f"{thing.address}.{name}")
    if name in formats:
        text, _ = _name(run, thing, found, formats, scope)
        made = formats[name].format(r=REGION, a=OWN_ACCOUNT, n=text)
        return StandIn(made, shown)
    own = stand_ins.name(f"{thing.address}.{name}").value
    if thing.type in _CALLERS:
        return StandIn(f"arn:aws:iam::{OWN_ACCOUNT}:role/{own}", shown)
    word = name.removesuffix("_arn")
    if name != "arn" and f"aws_{word}" in _formats():
        made = _formats()[f"aws_{word}"]["arn"].format(r=REGION, a=OWN_ACCOUNT, n=own)
        return StandIn(made, shown)
    if word.endswith("role"):
        return StandIn(f"arn:aws:iam::{OWN_ACCOUNT}:role/{own}", shown)
    service, _, kind = thing.type.removeprefix("aws_").partition("_")
    likely = _likely(service, kind if name == "arn" else word, own)
    return StandIn(likely, shown) if likely else None


_CALLERS = ("aws_caller_identity", "aws_iam_session_context")
_VARIABLE = re.compile(r"\$\{(\w+)\}")


def _likely(service: str, kind: str, own: str) -> str:
    """Return an ARN of a service's type of resource, in AWS's format; empty if there is none."""
    if not catalogue.is_service(service):
        return ""
    fixed = {"Partition": PARTITION, "Region": REGION, "Account": OWN_ACCOUNT}
    for name in (kind.replace("_", "-"), kind.replace("_", ""), kind):
        try:
            formats = catalogue.resource_formats(service, name)
        except FunctionError:
            continue
        if formats:
            return _VARIABLE.sub(lambda found: fixed.get(found[1], own), formats[0])
    return ""
