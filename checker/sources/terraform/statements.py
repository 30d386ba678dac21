"""Makes the statements of a policy document of its blocks.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from checker.sources.terraform.iteration import entries
from checker.sources.terraform.typed_values import Open, State, Value, items_of
from checker.sources.worlds import Fork

if TYPE_CHECKING:
    from checker.sources.terraform import syntax as s
    from checker.sources.terraform.instances import Scope
    from checker.sources.terraform.run import Run

_LISTS = {
    "actions": "Action",
    "not_actions": "NotAction",
    "resources": "Resource",
    "not_resources": "NotResource",
}
_PRINCIPALS = {"principals": "Principal", "not_principals": "NotPrincipal"}
_NOT = {"NotAction": "Action", "NotResource": "Resource", "NotPrincipal": "Principal"}


def expanded(run: Run, body: s.Body, kind: str, scope: Scope) -> list[tuple[s.Body, Scope]]:
    """Return the blocks of a kind, with what `dynamic` blocks make, in order."""
    found: list[tuple[s.Body, Scope]] = []
    for block in body.blocks():
        if block.kind == kind:
            found.append((block.body, scope))
        elif block.kind == "dynamic" and block.labels == (kind,):
            made = run.kept(
                _key("dynamic", block.span, scope),
                partial(_dynamic, run, block, scope),
                "a dynamic block",
                (scope, block.span),
            )
            found += made
    return found


def _key(kind: str, span: s.Span, scope: Scope) -> tuple[object, ...]:
    names = tuple((name, id(value)) for name, value in scope.names.items())
    return scope.instance, kind, scope.file.name, span, names


def _dynamic(run: Run, block: s.Block, scope: Scope) -> list[tuple[s.Body, Scope]]:
    """Return what a `dynamic` block makes.

    https://developer.hashicorp.com/terraform/language/expressions/dynamic-blocks
    """
    over = block.body.attribute("for_each")
    contents = block.body.blocks("content")
    if over is None or not contents:
        raise run.refused("a dynamic block needs `for_each` and `content`", scope, block.span)
    label = block.labels[0]
    iterator = block.body.attribute("iterator")
    if iterator is not None:
        label = scope.file.text(iterator.span).strip('"')
    whole = run.value(over, scope)
    if isinstance(whole.data, Open) and not run.has_items(whole):
        return []
    return [
        (
            contents[0].body,
            scope.having({label: Value({"key": key, "value": each}, scope.file, over.span)}),
        )
        for key, each in entries(whole, scope, over.span)
    ]


def statement(run: Run, body: s.Body, scope: Scope) -> Value:
    """Return the statement that a block makes."""
    key = _key("statement", body.span, scope)
    return run.kept(key, lambda: _statement(run, body, scope), "a statement", (scope, body.span))


def _statement(run: Run, body: s.Body, scope: Scope) -> Value:
    made: dict[str, Value] = {}
    effect = _effect(run, body, scope)
    sid = _sid(run, body, scope)
    if sid is not None:
        made["Sid"] = sid
    made["Effect"] = effect or Value("Allow", scope.file, body.span)
    for name, key in _LISTS.items():
        value = _given(run, body, name, scope)
        if value is not None and value.data != []:
            items = items_of(value)
            listed = items if items is not None else [value]
            if name.endswith("resources"):
                listed = [_with_variables(each) for each in listed]
            made[key] = Value(list(listed), value.file, value.span)
    for name, key in _PRINCIPALS.items():
        found = _principals(run, expanded(run, body, name, scope), scope, body.span)
        if found is not None:
            made[key] = found
    conditions = _conditions(run, expanded(run, body, "condition", scope), scope, body.span)
    if conditions:
        made["Condition"] = Value(conditions, scope.file, body.span)
    for name, other in _NOT.items():
        # Of two arguments of which one may be given, that one is taken which stands for less.
        if name in made and other in made and _is_open(made[name]):
            del made[name]
    return Value(made, scope.file, body.span)


def _effect(run: Run, body: s.Body, scope: Scope) -> Value | None:
    """Return the effect of a statement; raises InputError if the statement is all the caller's.

    Such a statement has no cases.
    """
    effect, *actions = (_given(run, body, x, scope) for x in ("effect", "actions", "not_actions"))
    for each in (effect, *actions):
        if each is not None and isinstance(each.data, Open):
            raise run.refused(f"the policy depends on {each.data.what}", scope, each.span)
    return effect


def _sid(run: Run, body: s.Body, scope: Scope) -> Value | None:
    """Return the identifier of a statement; None if it has none, or none that is known."""
    try:
        found = _given(run, body, "sid", scope)
    except Fork:
        return None
    if found is None or found.data == "" or _is_open(found) or found.state is State.OPEN:
        return None
    return found


def _is_open(value: Value) -> bool:
    items = items_of(value)
    return isinstance(value.data, Open) or any(isinstance(each.data, Open) for each in items or ())


def _given(run: Run, body: s.Body, name: str, scope: Scope) -> Value | None:
    given = body.attribute(name)
    if given is None:
        return None
    found = run.value(given, scope)
    return None if found.data is None else found


def _principals(
    run: Run, blocks: list[tuple[s.Body, Scope]], scope: Scope, span: s.Span
) -> Value | None:
    if not blocks:
        return None
    made: dict[str, Value] = {}
    for body, inner in blocks:
        kind = _text(run, body, "type", inner, fixed=True)
        identifiers = _given(run, body, "identifiers", inner)
        items = items_of(identifiers) if identifiers else []
        found = items if items is not None else [identifiers] if identifiers else []
        if kind == "*" and [each.data for each in found] == ["*"]:
            # With the type `*`, the provider writes `"Principal": "*"`.
            return Value("*", inner.file, body.span)
        before = made[kind].data if kind in made else []
        known = before if isinstance(before, list) else []
        found = [_with_variables(each) for each in found]
        made[kind] = Value([*known, *found], inner.file, body.span)
    return Value(made, scope.file, span)


def _conditions(
    run: Run, blocks: list[tuple[s.Body, Scope]], scope: Scope, span: s.Span
) -> dict[str, Value]:
    found: dict[str, Value] = {}
    for body, inner in blocks:
        test = _text(run, body, "test", inner, fixed=True)
        key = _text(run, body, "variable", inner)
        values = _given(run, body, "values", inner)
        items = items_of(values) if values else []
        listed = items if items is not None else [values] if values else []
        listed = [_with_variables(each) for each in listed]
        known = found[test].data if test in found else {}
        inside = dict(known) if isinstance(known, dict) else {}
        before = inside[key].data if key in inside else []
        more = [*(before if isinstance(before, list) else []), *listed]
        inside[key] = Value(more, inner.file, body.span)
        found[test] = Value(inside, scope.file, span)
    return found


def _with_variables(value: Value) -> Value:
    """Return a text with the policy variables that `&{…}` stands for."""
    if isinstance(value.data, str) and "&{" in value.data:
        return value._replace(data=value.data.replace("&{", "${"))
    return value


def _text(run: Run, body: s.Body, name: str, scope: Scope, *, fixed: bool = False) -> str:
    """Return an argument as text; with `fixed`, raise InputError if it may be any."""
    given = body.attribute(name)
    if given is None:
        raise run.refused(f"`{name}` is missing", scope, body.span)
    made = run.text(run.value(given, scope), scope, given.span)
    text = str(made.data)
    if fixed and made.state is State.OPEN:
        what = run.shared.open.get(text, f"`{text}`")
        raise run.refused(f"the policy depends on {what}", scope, given.span)
    return text
