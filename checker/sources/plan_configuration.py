"""Looks up in the configuration that a Terraform plan repeats what an argument refers to.

https://developer.hashicorp.com/terraform/internals/json-format#configuration-representation
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from checker.problems import Json

_MODULE = re.compile(r'module\.([A-Za-z0-9_-]+)(?:\[(?:"(?:[^"\\]|\\.)*+"|[0-9]+)\])?\.')
_INDEX = re.compile(r'\[(?:"(?:[^"\\]|\\.)*+"|[0-9]+)\]')
_DOCUMENT = "data.aws_iam_policy_document."
_MOST_NAMED = 3
"""The most references that a message names."""
_MOST_STEPS = 200
"""The most references that are looked at for one argument."""


class Written(NamedTuple):
    """How the configuration writes an argument."""

    is_absent: bool = False
    """Whether the configuration is there and does not set it, so AWS chooses its value."""
    is_policy: bool = False
    """Whether it is a policy document of Terraform."""
    reason: str = ""
    """What its value depends on, to be added to a message; empty if that is not known."""


class Configuration:
    """The configuration in a plan; nothing is known of an argument if it lacks."""

    def __init__(self, data: Json) -> None:
        root = data.get("root_module") if isinstance(data, dict) else None
        self._root: Any = root
        self._modules: dict[tuple[str, ...], dict[str, Any]] = {}

    def argument(self, address: str, path: str) -> Written:
        """Return how an argument of a resource is written; `path` is as in `policies`."""
        modules, local = _split(address)
        resources = self._resources(modules)
        resource = resources.get(local)
        expressions = resource.get("expressions") if isinstance(resource, dict) else None
        if not isinstance(expressions, dict):
            return Written()
        named = path.partition(".")[0]
        if named not in expressions:
            return Written(is_absent=True)
        found = list(dict.fromkeys(islice(_references(expressions[named]), _MOST_STEPS)))
        causes = _causes(found, resources)
        reason = ""
        if causes:
            more = " and others" if len(causes) > _MOST_NAMED else ""
            names = ", ".join(f"`{each[:100]}`" for each in causes[:_MOST_NAMED])
            reason = f", as it depends on {names}{more}"
        return Written(is_policy=any(x.startswith(_DOCUMENT) for x in found), reason=reason)

    def _resources(self, modules: tuple[str, ...]) -> dict[str, Any]:
        """Return the resources of a module by their addresses in it."""
        if modules not in self._modules:
            module: Any = self._root
            for name in modules:
                calls = module.get("module_calls") if isinstance(module, dict) else None
                call = calls.get(name) if isinstance(calls, dict) else None
                module = call.get("module") if isinstance(call, dict) else None
            listed = module.get("resources") if isinstance(module, dict) else None
            self._modules[modules] = {
                each["address"]: each
                for each in (listed if isinstance(listed, list) else ())
                if isinstance(each, dict) and isinstance(each.get("address"), str)
            }
        return self._modules[modules]


def _split(address: str) -> tuple[tuple[str, ...], str]:
    """Return the modules of an address, and the address in the last of them, without indexes."""
    modules: list[str] = []
    at = 0
    while found := _MODULE.match(address, at):
        modules.append(found[1])
        at = found.end()
    return tuple(modules), _INDEX.sub("", address[at:])


def _references(node: Any) -> Iterator[str]:
    """Yield the references of an expression, or of the expressions of blocks."""
    todo = [node]
    while todo:
        each = todo.pop()
        if isinstance(each, dict):
            names = each.get("references")
            if isinstance(names, list):
                yield from (name for name in names if isinstance(name, str))
            todo.extend(reversed([value for key, value in each.items() if key != "references"]))
        elif isinstance(each, list):
            todo.extend(reversed(each))


def _causes(found: Sequence[str], resources: dict[str, Any]) -> list[str]:
    """Return the references to other things than policy documents, through such documents."""
    causes: dict[str, None] = {}
    seen: set[str] = set()
    todo = deque(found)
    for _ in range(_MOST_STEPS):
        if not todo:
            break
        name = todo.popleft()
        document = ""
        if name.startswith(_DOCUMENT):
            document = _INDEX.sub("", ".".join(name.split(".", 3)[:3]))
        if not document:
            causes[name] = None
        elif document not in seen:
            seen.add(document)
            inside = resources.get(document, {}).get("expressions")
            todo.extend(islice(_references(inside), _MOST_STEPS))
    # The plan lists the resource of each attribute beside it.
    named = [x for x in causes if not any(y.startswith((f"{x}.", f"{x}[")) for y in causes)]
    known = [x for x in named if not x.startswith(_FIXED)]
    return known or named or list(found[:1])


_FIXED = (
    "var.",
    "local.",
    "path.",
    "terraform.",
    "each.",
    "count.",
    "self.",
    "data.aws_partition.",
)
"""References that are known when a plan is made, unless what they stand for is not."""
