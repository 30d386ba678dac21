"""Counts policies in the trees of JSON and YAML files."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

import yaml

from tools.presence.found import (
    DUMP,
    DUMP_OLD,
    EXPRESSION,
    KUBERNETES,
    LINES,
    PLAIN,
    PLAN,
    PLAN_ELSEWHERE,
    PROPERTY,
    SAM,
    STATEMENTS,
    TEXT,
    UNPARSED,
    WRAPPED,
    Found,
    in_text,
    shows_statement,
)

_Node = yaml.Node
_TEMPLATE = re.compile(r"^\W*(?:AWSTemplateFormatVersion|Resources)\b", re.MULTILINE)
_DUMP_KEYS = {"UserDetailList", "RoleDetailList", "GroupDetailList"}


class _Scope(NamedTuple):
    """What stands around a node: the file's forms of objects and of texts."""

    path: str
    tree: str
    text: str


def in_tree_file(path: str, text: str) -> list[Found]:
    """Return the policies of a JSON or YAML file; one that does not parse is searched as text."""
    try:
        roots = _roots(text)
    except (yaml.YAMLError, RecursionError):
        return [Found(path, *lines, UNPARSED) for lines in in_text(text)]
    return [found for root in roots for found in _in_root(path, root)]


def in_lines_file(path: str, text: str) -> list[Found]:
    """Return the policies of a file with one JSON value a line."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        inside = in_tree_file(path, line) if line.strip() else []
        found += [Found(path, number, number, LINES) for _ in inside]
    return found


def _roots(text: str) -> list[_Node]:
    # JSON allows tabs as space, and escapes that YAML refuses.
    try:
        value = json.loads(text.removeprefix("\ufeff"))
    except ValueError:
        return [*yaml.compose_all(text, yaml.CSafeLoader)]
    try:
        root = yaml.compose(text.replace("\t", " "), yaml.CSafeLoader)
    except yaml.YAMLError:
        # Without the places: all is said to stand in the first line.
        root = yaml.compose(json.dumps(value, ensure_ascii=True), yaml.CSafeLoader)
    return [root] if root else []


def _in_root(path: str, root: _Node) -> Iterator[Found]:
    keys = _keys(root)
    if "resource_changes" in keys and "format_version" in keys:
        yield from _plan(path, root)
    elif _DUMP_KEYS & set(keys):
        yield from _dump(path, root)
    elif _is_template(keys):
        yield from _template(path, keys)
    elif _is_policy(root):
        yield _found(root, path, PLAIN)
    else:
        form = WRAPPED
        if "apiVersion" in keys and "kind" in keys:
            form = KUBERNETES
        elif path.endswith((".tf.json", ".tofu.json")):
            form = EXPRESSION
        yield from _walk(root, _Scope(path, form, form), set())


def _is_template(keys: dict[str, _Node]) -> bool:
    if "AWSTemplateFormatVersion" in keys:
        return True
    resources = _keys(keys.get("Resources"))
    types = [_keys(each).get("Type") for each in resources.values()]
    return any(_scalar(kind).startswith(("AWS::", "Custom::")) for kind in types)


def _template(path: str, keys: dict[str, _Node]) -> Iterator[Found]:
    seen: set[int] = set()
    for name, node in keys.items():
        parts = _keys(node).values() if name in {"Resources", "Globals"} else [node]
        for part in parts:
            is_sam = _scalar(_keys(part).get("Type")).startswith("AWS::Serverless::")
            scope = _Scope(path, SAM if is_sam else PROPERTY, SAM if is_sam else TEXT)
            if is_sam:
                yield from _sam_templates(path, part)
            yield from _walk(part, scope, seen)


def _sam_templates(path: str, resource: _Node) -> Iterator[Found]:
    """Find `Policies: [{S3ReadPolicy: {BucketName: …}}]`: names of policies that SAM writes."""
    policies = _keys(_keys(resource).get("Properties")).get("Policies")
    entries = policies.value if isinstance(policies, yaml.SequenceNode) else [policies]
    for entry in entries:
        names = list(_keys(entry))
        if entry is not None and len(names) == 1 and names[0].endswith("Policy"):
            yield _found(entry, path, SAM)


def _plan(path: str, root: _Node) -> Iterator[Found]:
    """Find the policies that a plan will make, and apart from them those that it repeats."""
    seen: set[int] = set()
    changes = _keys(root)["resource_changes"]
    for change in changes.value if isinstance(changes, yaml.SequenceNode) else []:
        after = _keys(_keys(change).get("change")).get("after")
        if after:
            yield from _walk(after, _Scope(path, PLAN, PLAN), seen)
    yield from _walk(root, _Scope(path, PLAN_ELSEWHERE, PLAN_ELSEWHERE), seen)


def _dump(path: str, root: _Node) -> Iterator[Found]:
    """Find the policies of a dump, and apart from them versions that are not the default."""
    seen: set[int] = set()
    for policy in getattr(_keys(root).get("Policies"), "value", []):
        for version in getattr(_keys(policy).get("PolicyVersionList"), "value", []):
            default = _keys(version).get("IsDefaultVersion")
            if default is not None and _scalar(default) != "true":
                yield from _walk(version, _Scope(path, DUMP_OLD, DUMP_OLD), seen)
    yield from _walk(root, _Scope(path, DUMP, DUMP), seen)


def _walk(node: _Node, scope: _Scope, seen: set[int]) -> Iterator[Found]:
    """Find the outermost policies of a tree, each once, where it is written."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        if _is_text(node.value):
            yield _found(node, scope.path, scope.text)
        elif _TEMPLATE.search(node.value) and STATEMENTS.search(node.value):
            yield from _nested(node, scope)
    elif _is_policy(node) or _is_bare(node):
        yield _found(node, scope.path, scope.tree)
    elif isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            yield from _walk(value, scope, seen)
    elif _is_text(_joined(node)):
        yield _found(node, scope.path, scope.text)
    else:
        for value in node.value:
            yield from _walk(value, scope, seen)


def _nested(node: yaml.ScalarNode, scope: _Scope) -> Iterator[Found]:
    """Find the policies of a template that stands in another one as a text."""
    try:
        roots = _roots(node.value)
    except yaml.YAMLError:
        return
    start, is_block = node.start_mark.line + 1, node.style in {"|", ">"}
    for found in (each for root in roots for each in _in_root(scope.path, root)):
        first = start + found.line if is_block else start
        last = start + found.end if is_block else node.end_mark.line + 1
        yield Found(scope.path, first, last, scope.text)


def _is_policy(node: _Node) -> bool:
    statements = _keys(node).get("Statement")
    return statements is not None and _has_statement(statements, set())


def _is_bare(node: _Node) -> bool:
    """Say whether a list is of statements without a policy around them, as of serverless.yml."""
    return isinstance(node, yaml.SequenceNode) and bool(node.value) and _is_statement(node.value[0])


def _has_statement(node: _Node, seen: set[int]) -> bool:
    if id(node) in seen or isinstance(node, yaml.ScalarNode):
        return False
    seen.add(id(node))
    if _is_statement(node):
        return True
    inner = _keys(node).values() if isinstance(node, yaml.MappingNode) else node.value
    return any(_has_statement(each, seen) for each in inner)


def _is_statement(node: _Node) -> bool:
    return {"Effect"} <= set(_keys(node)) and bool({"Action", "NotAction"} & set(_keys(node)))


def _is_text(text: str) -> bool:
    if text.lstrip()[:3].upper() == "%7B":
        text = unquote(text)
    # A script with a policy in it is no policy.
    is_whole = text.lstrip().startswith(("{", "["))
    return is_whole and bool(STATEMENTS.search(text)) and bool(shows_statement(text))


def _joined(node: _Node) -> str:
    """Return the text that the pieces of `Fn::Join: [delimiter, [piece, …]]` make."""
    match node.value:
        case [yaml.ScalarNode(value=delimiter), yaml.SequenceNode(value=pieces)]:
            return str(delimiter).join(_scalar(piece) or "x" for piece in pieces)
    return ""


def _keys(node: _Node | None) -> dict[str, _Node]:
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {_scalar(key): value for key, value in node.value}


def _scalar(node: _Node | None) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def _found(node: _Node, path: str, form: str) -> Found:
    return Found(path, node.start_mark.line + 1, _last_line(node), form)


def _last_line(node: _Node) -> int:
    """Return the last line of a node; a block is said to end where the next token starts."""
    if isinstance(node, yaml.ScalarNode):
        is_block = node.style in {"|", ">"}
        height = len(node.value.rstrip("\n").splitlines())
        return node.start_mark.line + 1 + height if is_block else node.end_mark.line + 1
    last = node.value[-1] if node.value else node
    last = last[1] if isinstance(last, tuple) else last
    # An alias stands for a node that is written before it, and may even stand in that one.
    is_before = last.start_mark.index <= node.start_mark.index
    if not isinstance(node, yaml.CollectionNode) or node.flow_style or is_before:
        return int(node.end_mark.line) + 1
    return max(node.start_mark.line + 1, _last_line(last))
