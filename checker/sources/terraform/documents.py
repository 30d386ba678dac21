"""Makes the policy of an `aws_iam_policy_document`.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from checker.sources.terraform.calls import Turn, open_names, suffix_of, turns
from checker.sources.terraform.statements import expanded, statement
from checker.sources.terraform.typed_values import (
    Encoded,
    Open,
    Thing,
    Value,
    data_value,
    items_of,
    referred,
)

if TYPE_CHECKING:
    from checker.sources.terraform import syntax as s
    from checker.sources.terraform.instances import Scope
    from checker.sources.terraform.modules import Found
    from checker.sources.terraform.run import Run

TYPE = "aws_iam_policy_document"
_MERGED = (
    ("source_policy_documents", "source_json"),
    ("override_policy_documents", "override_json"),
)


def documents(run: Run, found: Found, scope: Scope) -> list[Value]:
    """Return the JSON that each instance of a data source makes."""
    every = turns(run, found, scope.at(found.file))
    return [_document(run, found, each, scope) for each in every]


def document(run: Run, found: Found, key: Value | None, scope: Scope) -> Value:
    """Return the JSON that a data source makes, for the instance with a key if one is given."""
    every = turns(run, found, scope.at(found.file))
    label = found.block.labels[1]
    if not every:
        raise run.refused(f"`{label}` has no instance here", scope, found.block.span)
    chosen = [each for each in every if key is not None and each.suffix == suffix_of(key)]
    if not chosen and len(every) == 1:
        chosen = list(every)
    return _document(
        run, found, chosen[0] if chosen else Turn("[each]", open_names(run, found)), scope
    )


def _document(run: Run, found: Found, turn: Turn, scope: Scope) -> Value:
    label = found.block.labels[1]
    inner = scope.at(found.file).having(turn.names)
    run.used.add((found.file.name, found.block.span))
    key = scope.instance, TYPE, label, id(turn.names)
    what = f"the policy document `{label}`"
    return run.kept(key, lambda: rendered(run, found, inner), what, (inner, found.block.span))


def rendered(run: Run, found: Found, scope: Scope) -> Value:
    """Return the JSON of one instance of a data source."""
    span = found.block.span
    body = found.block.body
    statements: list[Value] = []
    for name, old in _MERGED[:1]:
        for each in _sources(run, body, (name, old), scope):
            statements += _unique(run, statements, each, scope)
    own = [statement(run, block, inner) for block, inner in expanded(run, body, "statement", scope)]
    statements = _merged(statements, own)
    for name, old in _MERGED[1:]:
        for each in _sources(run, body, (name, old), scope):
            statements = _merged(statements, [each])
    whole: dict[str, Value] = {}
    version = body.attribute("version")
    made = run.value(version, scope) if version else Value("2012-10-17", scope.file, span)
    whole["Version"] = made
    if (identifier := body.attribute("policy_id")) is not None:
        given = run.value(identifier, scope)
        if given.data is not None:
            whole["Id"] = given
    whole["Statement"] = Value(statements, scope.file, span)
    address = f"{scope.instance.prefix}data.{TYPE}.{found.block.labels[1]}"
    return Value(Encoded(Value(whole, scope.file, span), address), scope.file, span)


def _unique(run: Run, known: list[Value], new: Value, scope: Scope) -> list[Value]:
    """Return a statement of a source document, whose Sid no other may have."""
    name = _sid(new)
    if name and any(_sid(each) == name for each in known):
        message = f"two source policy documents have a statement `{name}`, which Terraform refuses"
        raise run.refused(message, scope, new.span)
    return [new]


def _merged(known: list[Value], more: list[Value]) -> list[Value]:
    """Return statements in which those with the same Sid replace others."""
    found = list(known)
    for each in more:
        name = _sid(each)
        at = next((i for i, x in enumerate(found) if name and _sid(x) == name), None)
        if at is None:
            found.append(each)
        else:
            found[at] = each
    return found


def _sid(statement: Value) -> str:
    if not isinstance(statement.data, dict):
        return ""
    name = statement.data.get("Sid")
    return str(name.data) if name is not None and isinstance(name.data, str) else ""


def _sources(run: Run, body: s.Body, names: tuple[str, str], scope: Scope) -> list[Value]:
    """Return the statements of the documents that an argument lists."""
    found: list[Value] = []
    for name in names:
        given = body.attribute(name)
        if given is None:
            continue
        value = run.value(given, scope)
        if isinstance(value.data, Open) and not run.has_items(value):
            continue
        items = items_of(value)
        for each in items if items is not None else [value]:
            found += _statements(run, each, scope, given.span)
    return found


def _statements(run: Run, value: Value, scope: Scope, span: s.Span) -> list[Value]:
    data = value.data
    if data is None or data == "":
        return []
    if isinstance(data, Open | Thing):
        message = (
            f"the policy takes statements from `{data.address}`, which is not known here: check "
            "the plan instead (`terraform show -json`)"
        )
        raise run.refused(message, scope, span)
    whole = data.value if isinstance(data, Encoded) else None
    if isinstance(data, str):
        whole = parsed(run, value, scope, span)
    inside = whole.data.get("Statement") if whole and isinstance(whole.data, dict) else None
    if inside is None:
        return []
    items = items_of(inside)
    return [referred(each, scope.file, span) for each in (items if items is not None else [inside])]


def parsed(run: Run, value: Value, scope: Scope, span: s.Span) -> Value:
    """Return the data of a JSON text; raises InputError if it is not valid."""
    try:
        data = json.loads(str(value.data))
    except (ValueError, RecursionError):
        raise run.refused("this is not valid JSON", scope, span) from None
    return data_value(data, value)
