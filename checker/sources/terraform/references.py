"""Says what references to values by their names lead to.

https://developer.hashicorp.com/terraform/language/expressions/references
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from checker.sources.terraform import attributes
from checker.sources.terraform import syntax as s
from checker.sources.terraform.calls import called_module
from checker.sources.terraform.documents import document, documents
from checker.sources.terraform.instances import Scope
from checker.sources.terraform.module_variables import variable
from checker.sources.terraform.truths import open_of
from checker.sources.terraform.typed_values import (
    Open,
    State,
    Thing,
    Value,
    items_of,
    referred,
    type_at,
)
from checker.sources.worlds import Fork

if TYPE_CHECKING:
    from checker.sources.terraform.run import Run

_Step: TypeAlias = "tuple[s.Span, str | s.Expression | None]"
"""An attribute, an item, or None for all items; and the span of the reference up to it."""
PATHS = "//"
"""What the values of `path.module` and others begin with."""


def referenced(run: Run, node: s.Expression, scope: Scope) -> Value:
    """Return the value of a reference, or of an attribute or item of any value."""
    base, steps = _chain(node)
    if not isinstance(base, s.Name):
        return _followed(run, run.value(base, scope), steps, scope)
    if base.name in scope.names:
        found = referred(scope.names[base.name], scope.file, base.span)
        return _followed(run, found, steps, scope)
    if steps and isinstance(steps[0][1], str):
        special = _SPECIAL.get(base.name)
        if special is not None:
            return special(run, steps, scope)
        return _thing(run, (base.name, steps[0][1]), steps[1:], scope, is_data=False)
    return run.opened_at(scope, node.span)


def _chain(node: s.Expression) -> tuple[s.Expression, list[_Step]]:
    steps: list[_Step] = []
    while True:
        match node:
            case s.Attribute(span, of, name):
                steps.append((span, name))
            case s.Index(span, of, key):
                steps.append((span, key))
            case s.Splat(span, of, inside):
                steps += [(span, each) for each in reversed(inside)]
                steps.append((span, None))
            case _:
                return node, steps[::-1]
        node = of


def _followed(run: Run, value: Value, steps: list[_Step], scope: Scope) -> Value:
    for at, (span, step) in enumerate(steps):
        if step is None:
            items = _all_items(value)
            rest = steps[at + 1 :]
            made = [_followed(run, each, rest, scope) for each in items]
            return Value(made, scope.file, span)
        if isinstance(step, str):
            value = run.step(value, step, scope, span)
            continue
        key = run.value(step, scope)
        value = _item(run, value, key, scope, span)
    return value


def _all_items(value: Value) -> list[Value]:
    if (items := items_of(value)) is not None:
        return items
    if value.data is None:
        return []
    if isinstance(value.data, Open):
        return [value._replace(data=value.data._replace(type=type_at(value.data.type, 0)))]
    return [value]


def _item(run: Run, value: Value, key: Value, scope: Scope, span: s.Span) -> Value:
    data = key.data
    if isinstance(data, int | float) and not isinstance(data, bool):
        return run.step(value, int(data), scope, span)
    if isinstance(data, str) and key.state is State.KNOWN:
        return run.step(value, data, scope, span)
    inside = value.data
    if isinstance(inside, Open):
        name = data.address if isinstance(data, Open) else str(data)
        made = Open(
            f"{inside.address}[{name}]", inside.what, type_at(inside.type, 0), inside.is_name
        )
        return Value(made, scope.file, span)
    if isinstance(inside, Thing):
        return Value(inside._replace(address=f"{inside.address}[each]"), scope.file, span)
    entries = list(inside.items()) if isinstance(inside, dict) else []
    if entries and isinstance(data, Open):
        return _chosen(run, data, entries, scope, span)
    if entries and isinstance(data, str) and key.state is State.NAMED:
        return _chosen(run, open_of(run, data), entries, scope, span)
    if len(entries) == 1:
        return referred(entries[0][1], scope.file, span)
    return run.opened_at(scope, span)


def _chosen(
    run: Run, key: Open, entries: list[tuple[str, Value]], scope: Scope, span: s.Span
) -> Value:
    """Return the item of a mapping for an open key; forks into the worlds of each key."""
    wanted = run.chosen(key.address)
    if wanted is not None:
        for name, each in entries:
            if name == wanted:
                return referred(each, scope.file, span)
        raise run.refused(f"there is no item `{wanted}`", scope, span)
    others = run.others(key.address)
    left = [name for name, _ in entries if name not in others]
    if not left:
        raise run.refused("there is no item for this key", scope, span)
    raise Fork(run.world.with_value(key.address, name) for name in left)


def element(  # noqa: C901 - one case for each kind of value
    run: Run, value: Value, step: str | int, scope: Scope, span: s.Span
) -> Value:
    """Return an attribute or item of a value; raises InputError if it has none."""
    data = value.data
    if isinstance(data, dict):
        found = data.get(str(step))
        if found is None:
            raise run.refused(f"there is no `{step}` in this value", scope, span)
        if value.source is not None:
            return referred(found, value.file, value.span)
        return referred(found, scope.file, span)
    if (items := items_of(value)) is not None:
        if isinstance(step, str) and step.isdecimal() and len(step) <= _DIGITS:
            step = int(step)
        if isinstance(step, str):
            raise run.refused(f"a list has no `{step}`", scope, span)
        if not -1 <= step < len(items) or not items:
            raise run.refused(f"the list has no item {step}", scope, span)
        return referred(items[step], scope.file, span)
    if isinstance(data, Open):
        suffix = f"[{step}]" if isinstance(step, int) else f".{step}"
        address = f"{data.address}{suffix}"
        what = f"`{address}`, which is not known here"
        made = Open(address, what, type_at(data.type, step), data.is_name)
        return Value(made, scope.file, span)
    if isinstance(data, Thing):
        if isinstance(step, int):
            return Value(data._replace(address=f"{data.address}[{step}]"), scope.file, span)
        return attributes.attribute(run, data, step, scope, span)
    if data is None:
        raise run.refused(f"there is no `{step}` in null", scope, span)
    return run.opened_at(scope, span)


_DIGITS = 6


def _variable(run: Run, steps: list[_Step], scope: Scope) -> Value:
    span, name = steps[0]
    return _followed(run, variable(run, str(name), scope, span), steps[1:], scope)


def _local(run: Run, steps: list[_Step], scope: Scope) -> Value:
    span, name = steps[0]
    instance = scope.instance
    declared = instance.module.locals.get(str(name))
    given = declared[1].attribute(str(name)) if declared else None
    if declared is None or given is None:
        address = f"{instance.prefix}local.{name}"
        what = f"`{address}`, which the module does not declare"
        return _followed(run, Value(Open(address, what), scope.file, span), steps[1:], scope)
    inner = scope.at(declared[0])
    made = run.kept(
        (instance, "local", name),
        lambda: run.value(given, inner),
        f"the local value `{name}`",
        (inner, given.span),
    )
    return _followed(run, referred(made, scope.file, span), steps[1:], scope)


def _module(run: Run, steps: list[_Step], scope: Scope) -> Value:
    """Return what leads to an output of a module that is called."""
    name = str(steps[0][1])
    address = f"{scope.instance.prefix}module.{name}"
    rest = steps[1:]
    keys: list[_Step] = []
    while rest and not isinstance(rest[0][1], str):
        keys.append(rest.pop(0))
    everything = any(step is None for _, step in keys)
    if not rest:
        return run.opened_at(scope, steps[-1][0])
    span, output = rest[0]
    key = next((run.value(x, scope) for _, x in keys if not isinstance(x, str | None)), None)
    inner = called_module(run, name, scope, key)
    declared = inner.module.outputs.get(str(output)) if inner else None
    given = declared.block.body.attribute("value") if declared else None
    if inner is None or declared is None or given is None:
        what = f"`{output}` of the module `{name}`, which is not in this repository"
        found = Value(Open(f"{address}.{output}", what), scope.file, span)
    else:
        within = Scope(inner, declared.file)
        found = run.kept(
            (inner, "output", output),
            lambda: run.value(given, within),
            f"the output `{output}`",
            (within, given.span),
        )
        found = referred(found, scope.file, span)
    made = _followed(run, found, rest[1:], scope)
    return Value([made], scope.file, span) if everything else made


def _data(run: Run, steps: list[_Step], scope: Scope) -> Value:
    if len(steps) < 2 or not isinstance(steps[1][1], str):  # noqa: PLR2004 - type and name
        return run.opened_at(scope, steps[-1][0])
    kind = str(steps[0][1]), str(steps[1][1])
    return _thing(run, kind, steps[2:], scope, is_data=True)


def _thing(
    run: Run, kind: tuple[str, str], steps: list[_Step], scope: Scope, *, is_data: bool
) -> Value:
    """Return a resource or data source, or what the steps from it lead to."""
    prefix = scope.instance.prefix + ("data." if is_data else "")
    thing = Thing(f"{prefix}{kind[0]}.{kind[1]}", kind[0], is_data)
    if is_data and kind[0] == "aws_iam_policy_document":
        made = _document(run, kind[1], steps, scope)
        if made is not None:
            return made
    span = steps[-1][0] if steps else (0, 0)
    return _followed(run, Value(thing, scope.file, span), steps, scope)


def _document(run: Run, name: str, steps: list[_Step], scope: Scope) -> Value | None:
    """Return the JSON of a policy document; None if it is not declared, or not what is asked."""
    found = scope.instance.module.data.get(("aws_iam_policy_document", name))
    if found is None or not steps:
        return None
    keys = [step for step in steps if not isinstance(step[1], str)]
    rest = [step for step in steps if isinstance(step[1], str)]
    if not rest or rest[-1][1] not in {"json", "minified_json"}:
        return None
    span = steps[-1][0]
    key: Value | None = None
    everything = False
    for _, step in keys:
        if step is None:
            everything = True
        elif not isinstance(step, str):
            key = run.value(step, scope)
    if everything:
        every = [referred(each, scope.file, span) for each in documents(run, found, scope)]
        return Value(every, scope.file, span)
    return referred(document(run, found, key, scope), scope.file, span)


def _path(run: Run, steps: list[_Step], scope: Scope) -> Value:
    instance = scope.instance
    folder = instance.module.folder if steps[0][1] == "module" else instance.top.folder
    del run
    return Value(PATHS + folder, scope.file, steps[0][0])


def _terraform(run: Run, steps: list[_Step], scope: Scope) -> Value:
    name = str(steps[0][1])
    made = Open(f"terraform.{name}", f"`terraform.{name}`", ("string",), is_name=True)
    del run
    return Value(made, scope.file, steps[0][0])


def _loop(run: Run, steps: list[_Step], scope: Scope) -> Value:
    """Return what stands for a value of a loop that is not known here."""
    return run.opened_at(scope, steps[-1][0])


_SPECIAL = {
    "var": _variable,
    "local": _local,
    "module": _module,
    "data": _data,
    "path": _path,
    "terraform": _terraform,
    "each": _loop,
    "count": _loop,
    "self": _loop,
}
