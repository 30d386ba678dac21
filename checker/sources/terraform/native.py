"""Reads the native syntax of Terraform with tree-sitter.

https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from checker.problems import InputError, Source
from checker.reader.spans import fault
from checker.sources.terraform import syntax as s
from checker.sources.terraform.native_templates import Templates
from checker.sources.terraform.native_text import Text

if TYPE_CHECKING:
    from tree_sitter import Node

    from checker.reader import Limits

_BINARY = frozenset(["==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "/", "%", "&&", "||"])


def read(source: Source, limits: Limits) -> s.Body:
    """Return the content of a file; raises InputError for the first error in its syntax."""
    text = Text(source, limits)
    if text.root.has_error:
        raise _error(text)
    found = next((each for each in text.root.children if each.type == "body"), None)
    return _Body(text, found, (0, len(source.text)))


def comments(source: Source, limits: Limits) -> Iterator[s.Span]:
    """Yield the spans of the comments in a file."""
    text = Text(source, limits)
    todo = [text.root]
    while todo:
        node = todo.pop()
        if node.type == "comment":
            yield text.span(node)
        todo += node.children


def template(source: Source, limits: Limits) -> tuple[Source, s.Template]:
    """Return a text that is a template as a whole, and the source that its spans refer to.

    Raises InputError for an error in its syntax.
    """
    end = "END"
    while end in source.text:
        end += "_"
    start = f"t = <<{end}\n"
    whole = Source(source.path, f"{start}{source.text}\n{end}\n", source.sha256)
    found = read(whole, limits).attribute("t")
    parts = list(found.parts) if isinstance(found, s.Template) else []
    if parts and isinstance(last := parts[-1], s.Run) and last.text.endswith("\n"):
        parts[-1] = last._replace(text=last.text[:-1], span=(last.span[0], last.span[1] - 1))
    return whole, s.Template((len(start), len(start) + len(source.text)), tuple(parts))


def _error(text: Text) -> InputError:
    node = text.root
    while True:
        inside = next((x for x in node.children if x.has_error or x.is_missing), None)
        if inside is None or node.is_error:
            break
        node = inside
    start, end = text.span(node)
    what = f"`{node.type}` is missing" if node.is_missing else "this is not valid"
    return fault(text.source, start, min(end, start + 80), f"{what} in Terraform's language")


class _Body:
    """The content of a block in native syntax; expressions are read when they are asked for."""

    def __init__(self, text: Text, node: Node | None, span: s.Span) -> None:
        self.span = span
        self._text = text
        self._nodes: dict[str, Node] = {}
        self._known: dict[str, s.Expression] = {}
        self._blocks: list[s.Block] = []
        for each in node.named_children if node else ():
            if each.type == "attribute":
                name, value = each.named_children[0], each.named_children[-1]
                self._nodes[text.of(name)] = value
            elif each.type == "block":
                self._blocks.append(_block(text, each))

    def attribute(self, name: str) -> s.Expression | None:
        """Return the expression of an argument; None if it is not given."""
        if name not in self._known:
            if name not in self._nodes:
                return None
            self._known[name] = Reader(self._text).expression(self._nodes[name])
        return self._known[name]

    def attributes(self) -> Sequence[str]:
        """Return the names of the arguments."""
        return tuple(self._nodes)

    def place(self, name: str) -> s.Span:
        """Return the span of the expression of an argument."""
        return self._text.span(self._nodes[name])

    def blocks(self, kind: str = "") -> Sequence[s.Block]:
        """Return the blocks in it, in order; of one kind, if one is given."""
        return [each for each in self._blocks if not kind or each.kind == kind]


def _block(text: Text, node: Node) -> s.Block:
    kind = ""
    labels: list[str] = []
    body: Node | None = None
    for each in node.named_children:
        if each.type == "body":
            body = each
        elif each.type in {"identifier", "string_lit"}:
            word = text.of(each).strip('"')
            if kind:
                labels.append(word)
            else:
                kind = word
    span = text.span(node)
    return s.Block(span, kind, tuple(labels), _Body(text, body, span))


class Reader:
    """Makes expressions of the nodes of a tree."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.depth = 0

    def expression(self, node: Node) -> s.Expression:
        """Return the expression of a node; raises InputError if it is nested too deeply."""
        self.depth += 1
        if self.depth > self.text.limits.max_depth:
            span = self.text.span(node)
            raise fault(self.text.source, *span, self.text.limits.too_deep())
        try:
            return self._made(node)
        finally:
            self.depth -= 1

    def _made(self, node: Node) -> s.Expression:  # noqa: C901 - one case for each type of node
        inside = [each for each in node.children if each.type != "comment"]
        match node.type:
            case "expression":
                return self._terms(inside, self.text.span(node))
            case "conditional":
                test, yes, no = (each for each in inside if each.is_named)
                parts = self.expression(test), self.expression(yes), self.expression(no)
                return s.Conditional(self.text.span(node), *parts)
            case "operation" | "literal_value" | "template_expr" | "collection_value" | "for_expr":
                return self._made(inside[0])
            case "binary_operation":
                at = next(i for i, x in enumerate(inside) if i and x.type in _BINARY)
                left = self._operand(inside[:at])
                right = self._operand(inside[at + 1 :])
                return s.Binary(self.text.span(node), inside[at].type, left, right)
            case "unary_operation":
                operator = inside[0].type
                return s.Unary(self.text.span(node), operator, self._operand(inside[1:]))
            case "function_call":
                return self._call(node)
            case "variable_expr":
                return s.Name(self.text.span(node), self.text.of(node))
            case "quoted_template" | "string_lit":
                return Templates(self).quoted(node)
            case "heredoc_template":
                return Templates(self).heredoc(node)
            case "tuple":
                items = [self.expression(each) for each in inside if each.type == "expression"]
                return s.Items(self.text.span(node), tuple(items))
            case "object":
                entries = [self._entry(each) for each in inside if each.type == "object_elem"]
                return s.Entries(self.text.span(node), tuple(entries))
            case "for_tuple_expr" | "for_object_expr":
                return self._for(node, inside)
        return s.Literal(self.text.span(node), _literal(self.text.of(node)))

    def _operand(self, nodes: Sequence[Node]) -> s.Expression:
        span = self.text.at(nodes[0].start_byte), self.text.at(nodes[-1].end_byte)
        self.depth += 1
        if self.depth > self.text.limits.max_depth:
            raise fault(self.text.source, *span, self.text.limits.too_deep())
        found = self._terms(nodes, span)
        self.depth -= 1
        return found

    def _terms(self, nodes: Sequence[Node], span: s.Span) -> s.Expression:
        """Return a value with the attributes and items that follow it."""
        if nodes[0].type == "(":
            made, rest = self.expression(nodes[1]), nodes[3:]
        else:
            made, rest = self._made(nodes[0]), nodes[1:]
        start = span[0]
        for each in rest:
            made = self._step(made, each, (start, self.text.at(each.end_byte)))
        return made

    def _step(self, of: s.Expression, node: Node, span: s.Span) -> s.Expression:
        match node.type:
            case "get_attr":
                return s.Attribute(span, of, self.text.of(node.named_children[0]))
            case "index":
                return s.Index(span, of, self._key(node))
            case "splat":
                inside = node.children[0].named_children
                steps = [
                    self._key(each)
                    if each.type == "index"
                    else self.text.of(each.named_children[0])
                    for each in inside
                    if each.type in {"index", "get_attr"}
                ]
                return s.Splat(span, of, tuple(steps))
        raise fault(self.text.source, *span, "this is not read in an expression")

    def _key(self, node: Node) -> s.Expression:
        inside = node.children[0]
        if inside.type == "legacy_index":
            return s.Literal(self.text.span(inside), int(self.text.of(inside).strip(". ")))
        return self.expression(next(x for x in inside.children if x.type == "expression"))

    def _call(self, node: Node) -> s.Call:
        name = self.text.of(node.named_children[0])
        inside = next((x for x in node.children if x.type == "function_arguments"), None)
        given = inside.children if inside else []
        arguments = tuple(self.expression(each) for each in given if each.type == "expression")
        spreads = any(each.type == "ellipsis" for each in given)
        return s.Call(self.text.span(node), name, arguments, spreads)

    def _entry(self, node: Node) -> tuple[s.Expression, s.Expression]:
        first, second = (each for each in node.children if each.type == "expression")
        key = self.expression(first)
        if isinstance(key, s.Name) and first.children[0].type != "(":
            runs = (s.Run(key.span, key.name, exact=True),)
            key = s.Template(key.span, runs)
        return key, self.expression(second)

    def _for(self, node: Node, inside: Sequence[Node]) -> s.For:
        intro = next(each for each in inside if each.type == "for_intro")
        names = [self.text.of(x) for x in intro.children if x.type == "identifier"]
        over = next(x for x in intro.children if x.type == "expression")
        made = [self.expression(x) for x in inside if x.type == "expression"]
        only = next((each for each in inside if each.type == "for_cond"), None)
        test = None
        if only is not None:
            test = self.expression(next(x for x in only.children if x.type == "expression"))
        groups = any(each.type == "ellipsis" for each in inside)
        is_object = node.type == "for_object_expr"
        key, value = (made[0], made[1]) if is_object else (None, made[0])
        span = self.text.span(node)
        return s.For(span, tuple(names), self.expression(over), key, value, test, groups)


def _literal(text: str) -> float | bool | None:
    if text in {"true", "false"}:
        return text == "true"
    if text == "null":
        return None
    return int(text) if text.isdecimal() else float(text)
