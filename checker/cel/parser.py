"""Parses CEL text into a syntax tree.

It climbs precedences with a stack of its own, so that deep nesting in the text never deepens
Python's stack. Grammar: https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax
"""

from __future__ import annotations

from dataclasses import dataclass, field

from checker.cel import macros
from checker.cel.ast import (
    Binary,
    Call,
    Conditional,
    Expr,
    Ident,
    Index,
    ListNode,
    Literal,
    Logic,
    MapNode,
    Select,
    Text,
    Unary,
)
from checker.cel.ceilings import MAX_LENGTH, MAX_NESTING, MAX_NODES
from checker.cel.lexer import RESERVED, Token, tokens
from checker.cel.values import INT_MAX

_BINARY = {
    "||": 1,
    "&&": 2,
    **dict.fromkeys(("<", "<=", ">", ">=", "==", "!=", "in"), 3),
    **dict.fromkeys(("+", "-"), 4),
    **dict.fromkeys(("*", "/", "%"), 5),
}
_UNARY = 6
_KEYWORDS = ("in", "true", "false", "null")
_CLOSERS = {"(": ")", "call": ")", "[": "]", "index": "]", "{": "}"}


@dataclass(slots=True)
class _Open:
    """An operator or a bracket that was read and is not complete yet."""

    kind: str
    """`binary`, `unary`, `?`, `:` or a bracket: `(`, `call`, `[`, `index`, `{`."""
    token: Token
    rank: int = 0
    left: Expr | None = None
    """The left operand, the condition, the call's target or the operand of an index."""
    then: Expr | None = None
    """For `:` the middle operand, for `{` the key whose value follows."""
    items: list[Expr] = field(default_factory=list)
    keys: list[Expr] = field(default_factory=list)
    optional: list[int] = field(default_factory=list)
    flag: bool = False
    """Whether a `?` stands before the current item or index."""
    name: str = ""


def parse(text: Text) -> Expr:
    """Return the tree of an expression; raises CompileError with the first error's place."""
    if len(text.text) > MAX_LENGTH:
        raise text.error(f"the expression is too long: at most {MAX_LENGTH:,} characters", 0, 1)
    return _Parser(text).parse()


class _Parser:
    """The state of one parse: the position, what is open, and how many nodes were made."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.position = 0
        self.open: list[_Open] = []
        self.nodes = 0
        self.brackets = 0

    def parse(self) -> Expr:
        """Return the tree, by reading operands and what follows them in turn."""
        while True:
            operand = self._operand()
            while operand is not None:
                operand = self._postfix(operand)
                following = self._following(operand)
                if following is operand and self._token().kind == "end" and not self.open:
                    return operand
                operand = following

    def _token(self) -> Token:
        return self.tokens[self.position]

    def _next(self) -> Token:
        token = self.tokens[self.position]
        self.position += 1
        return token

    def _accept(self, kind: str) -> bool:
        if self.tokens[self.position].kind != kind:
            return False
        self.position += 1
        return True

    def _push(self, opened: _Open) -> None:
        if opened.kind in _CLOSERS:
            self.brackets += 1
        # operators are open too, at most one of each rank between brackets and conditionals
        if self.brackets > MAX_NESTING or len(self.open) >= 8 * MAX_NESTING:
            message = f"the expression is nested too deeply: at most {MAX_NESTING} levels"
            raise self.text.error(message, opened.token.start, opened.token.end)
        self.open.append(opened)

    def _operand(self) -> Expr | None:
        """Read one operand, or open a bracket or prefix operator and return None."""
        token = self._next()
        kind = token.kind
        if kind == "literal":
            if token.value == INT_MAX + 1 and type(token.value) is int:
                message = "the number is out of range for a 64-bit int"
                raise self.text.error(message, token.start, token.end)
            return self.made(Literal(token.start, token.end, token.value))
        if kind in ("name", "."):
            return self._name(token)
        if kind == "-" and self._negative():
            number = self._next()
            return self.made(Literal(token.start, number.end, -number.value))
        if kind in ("-", "!"):
            self._push(_Open("unary", token, _UNARY))
            return None
        if kind in ("(", "[", "{"):
            opened = _Open(kind, token)
            self._push(opened)
            return self._element(opened)
        raise self._unexpected(token, "a value")

    def _negative(self) -> bool:
        token = self._token()
        return token.kind == "literal" and type(token.value) in (int, float)

    def _name(self, token: Token) -> Expr | None:
        absolute = token.kind == "."
        name = self._next() if absolute else token
        if name.kind != "name":
            raise self._unexpected(name, "a name")
        if name.value in RESERVED:
            message = f"`{name.value}` is a reserved word: choose another name"
            raise self.text.error(message, name.start, name.end)
        if self._token().kind == "(":
            self.position += 1
            # a leading dot means the root namespace, which holds every function
            return self._call(_Open("call", name, left=None, name=name.value))
        return self.made(Ident(token.start, name.end, name.value, absolute))

    def _call(self, opened: _Open) -> Expr | None:
        self._push(opened)
        return self._element(opened)

    def _element(self, opened: _Open) -> Expr | None:
        """Begin an element of a bracket, or close the bracket if no element follows."""
        if opened.kind not in ("(", "index") and self._closes(opened):
            return self._close(opened)
        if opened.kind in ("[", "{", "index") and self._accept("?"):
            opened.flag = True
        return None

    def _closes(self, opened: _Open) -> bool:
        return self._token().kind == _CLOSERS[opened.kind]

    def _postfix(self, operand: Expr) -> Expr:
        """Read `.name` after an operand; calls and indices are opened by `_following`."""
        while self._token().kind == ".":
            ahead = self.tokens[self.position + 1]
            optional = ahead.kind == "?"
            name = self.tokens[self.position + 2] if optional else ahead
            word = self.text.text[name.start : name.end]
            if name.kind not in ("name", "quoted") and word in _KEYWORDS:
                message = f"`{word}` is a keyword: write ['{word}']"
                raise self.text.error(message, name.start, name.end)
            if name.kind not in ("name", "quoted"):
                raise self._unexpected(name, "the name of a field")
            after = self.tokens[self.position + (3 if optional else 2)].kind
            if after == "(" and name.kind == "name" and not optional:
                return operand
            self.position += 3 if optional else 2
            operand = self.made(Select(operand.start, name.end, operand, name.value, optional))
        return operand

    def _following(self, operand: Expr) -> Expr | None:
        """Read what follows an operand; return None if another operand must follow."""
        token = self._token()
        kind = token.kind
        if kind == ".":
            self.position += 1
            name = self._next()
            self.position += 1
            return self._call(_Open("call", name, left=operand, name=name.value))
        if kind == "[":
            self.position += 1
            return self._call(_Open("index", token, left=operand))
        if kind == "{":
            message = "protobuf messages cannot be made: write a map as in {'key': value}"
            raise self.text.error(message, operand.start, token.end)
        if kind in _BINARY:
            self.position += 1
            rank = _BINARY[kind]
            operand = self._reduce(operand, rank)
            self._push(_Open("binary", token, rank, operand))
            return None
        if kind == "?":
            self.position += 1
            operand = self._reduce(operand, 1)
            self._push(_Open("?", token, 0, operand))
            return None
        operand = self._reduce(operand, 1)
        return self._end_of_part(operand, token)

    def _end_of_part(self, operand: Expr, token: Token) -> Expr | None:
        """Give the operand to the open bracket or `?` around it."""
        while self.open and self.open[-1].kind == ":":
            operand = self._conditional(self.open.pop(), operand)
        opened = self.open[-1] if self.open else None
        if opened is None:
            if token.kind == "end":
                return operand
            raise self._unexpected(token, "an operator or the end")
        self.position += 1
        if token.kind == ":" and opened.kind == "?":
            opened.kind, opened.then = ":", operand
            return None
        if token.kind == ":" and opened.kind == "{" and opened.then is None:
            opened.then = operand
            return None
        expected = ":" if opened.kind == "?" else _CLOSERS[opened.kind]
        if opened.kind == "?" or (opened.kind == "{" and opened.then is None):
            raise self._unexpected(token, "`:`")
        if token.kind == "," and opened.kind not in ("(", "index"):
            self._add(opened, operand)
            return None if opened.kind == "call" else self._element(opened)
        if token.kind != expected:
            raise self._unexpected(token, f"`{expected}`")
        self._add(opened, operand)
        self.position -= 1
        return self._close(opened)

    def _add(self, opened: _Open, operand: Expr) -> None:
        if opened.kind == "{" and opened.then is not None:
            opened.keys.append(opened.then)
            opened.then = None
        if opened.flag and opened.kind != "index":
            opened.optional.append(len(opened.items))
            opened.flag = False
        opened.items.append(operand)

    def _close(self, opened: _Open) -> Expr:
        end = self._next().end
        self.open.pop()
        self.brackets -= 1
        start, items = opened.token.start, opened.items
        if opened.kind == "(":
            inner = items[0]
            if isinstance(inner, Logic):
                # a chain in parentheses is one operand of the chain around it
                inner.closed = True
            # spans of nodes around this one include the parentheses
            inner.start, inner.end = start, end
            return inner
        if opened.kind == "[":
            return self.made(ListNode(start, end, items, frozenset(opened.optional)))
        if opened.kind == "{":
            return self.made(MapNode(start, end, opened.keys, items, frozenset(opened.optional)))
        left = opened.left
        if opened.kind == "index" and left is not None:
            return self.made(Index(left.start, end, left, items[0], opened.flag))
        begin = left.start if left is not None else start
        call = Call(begin, end, opened.name, left, items, start)
        node = macros.expand(self.text, call, self.made)
        return self.made(node) if node is call else node

    def _reduce(self, operand: Expr, rank: int) -> Expr:
        """Apply the open operators whose rank is at least `rank`, and return the result."""
        while self.open and self.open[-1].rank >= rank:
            opened = self.open.pop()
            token = opened.token
            if opened.kind == "unary":
                operand = self.made(Unary(token.start, operand.end, token.kind, operand))
            elif opened.left is not None:
                operand = self._binary(token, opened.left, operand)
        return operand

    def _binary(self, token: Token, left: Expr, right: Expr) -> Expr:
        if token.kind not in ("&&", "||"):
            node = Binary(left.start, right.end, token.kind, left, right, token.start)
            return self.made(node)
        if isinstance(left, Logic) and left.op == token.kind and not left.closed:
            left.operands.append(right)
            left.end = right.end
            left.depth = max(left.depth, right.depth + 1)
            return self._shallow(left)
        return self.made(Logic(left.start, right.end, token.kind, [left, right]))

    def _conditional(self, opened: _Open, otherwise: Expr) -> Expr:
        condition, then = opened.left, opened.then
        if condition is None or then is None:
            raise AssertionError("a `:` is opened with its condition and first branch")
        return self.made(Conditional(condition.start, otherwise.end, condition, then, otherwise))

    def made(self, node: Expr) -> Expr:
        """Count a new node, set its depth and return it; raises CompileError beyond a limit."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            message = f"the expression is too large: at most {MAX_NODES:,} nodes"
            raise self.text.error(message, node.start, node.end)
        node.depth = _depth(node)
        return self._shallow(node)

    def _shallow(self, node: Expr) -> Expr:
        if node.depth > MAX_NESTING:
            message = f"the expression is nested too deeply: at most {MAX_NESTING} levels"
            raise self.text.error(message, node.start, node.end)
        return node

    def _unexpected(self, token: Token, expected: str) -> Exception:
        if token.kind == "end":
            message = f"the expression ends too early: expected {expected}"
            return self.text.error(message, token.start, token.end)
        found = self.text.text[token.start : token.end]
        shown = found if len(found) <= 20 else found[:19] + "…"  # noqa: PLR2004 - enough to see
        return self.text.error(f"expected {expected}, not `{shown}`", token.start, token.end)


def _depth(node: Expr) -> int:
    match node:
        case Literal() | Ident():
            return 1
        case Binary():
            right = node.right.depth + 1
            return max(node.left.depth + (not isinstance(node.left, Binary)), right)
        case Logic():
            return 1 + max(operand.depth for operand in node.operands)
        case Conditional():
            return 1 + max(node.condition.depth, node.then.depth, node.otherwise.depth)
        case Unary():
            return 1 + node.operand.depth
        case Index():
            return 1 + max(node.operand.depth, node.key.depth)
        case Call():
            return 1 + max((operand.depth for operand in node.operands), default=0)
        case ListNode():
            return 1 + max((item.depth for item in node.items), default=0)
        case MapNode():
            return 1 + max((item.depth for item in (*node.keys, *node.values)), default=0)
    return macros.depth(node)
