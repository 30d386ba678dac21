"""Generates random CEL programs with data, and evaluates them with an engine.

Programs are of every type and use every operator, macro and function of the library; some
operands have a wrong type, so that errors are compared as well as values.
"""

from __future__ import annotations

import base64
import math
import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from checker import cel
from checker.cel.library import functions
from checker.cel.macros import NAMES
from checker.cel.schema_types import from_json_schema
from checker.cel.types import Type
from checker.cel.values import BoolKey, Duration, Optional, Timestamp, UInt

OPERATORS = (
    *("+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "in", "&&", "||", "?:", "!"),
    *("neg", ".x", ".?x", "[]", "[?]", "[...]", "[?...]", "{...}", "{?...}"),
)
VARIABLES = {
    "i": "int",
    "u": "uint",
    "f": "double",
    "s": "string",
    "b": "bool",
    "ls": "list(string)",
    "li": "list(int)",
    "ms": "map(string, int)",
    "d": "dyn",
    "n": "dyn",
    "r": "record",
}
RECORD, STRUCTS = from_json_schema(
    {
        "type": "object",
        "required": ["name", "tags"],
        "additionalProperties": False,
        "properties": {
            "name": {"type": "string"},
            "opt": {"type": "string"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "child": {"type": "object", "properties": {"n": {"type": "integer"}}},
        },
    },
    "record",
)
_SCALARS = ("int", "uint", "double", "string", "bool", "bytes", "timestamp", "duration")
_TEXTS = (
    "",
    "a",
    "b",
    "ab",
    "abc",
    "A-b",
    "héé",
    "a,b,,c",
    "1",
    "-7",
    "1.5",
    "true",
    "x y ",
    "日本",
)
_PATTERNS = ("a", "^a", "b$", "^a.*c$", "[a-c]+", "(", "é", "^$", ",", "\\\\d+", "a|^1")
_INTS = (0, 1, 2, 3, -1, -2, 5, 7, 9223372036854775807, -9223372036854775808)
_DOUBLES = (0.0, 1.0, -1.5, 2.5, 1e300, 1e-7, 123456.75, 3.0)
_KEYS = ("a", "b", "c", "missing")
_COUNTS = ("== 0", "> 0", "!= 0", "< 1", ">= 1", "== 1", "> 2", "<= 2", "!= 1", "== -1")
"""Comparisons of the size of a list, which may be decided though an item is in doubt."""
_FAILING = {"int": "(6 / {} > 1)", "string": "(ms[{}] > 0)", "dyn": "({} > 0)"}
"""Conditions that fail for some elements, by the elements' type."""


@dataclass(frozen=True, slots=True)
class Case:
    """One program and the names of what it uses."""

    text: str
    uses: frozenset[str]


@dataclass(slots=True)
class Generator:
    """Makes programs; `loose` is the share of operands that may have any type."""

    random: random.Random
    loose: float = 0.03
    doubts: float = 0.0
    """The share of operands that are replaced by a call of `unknown` or `mistake`."""
    wrap: bool = True
    """Whether an operand of another type is wrapped in dyn(), so that the program type-checks."""
    uses: Counter[str] = field(default_factory=Counter)
    locals: list[tuple[str, str]] = field(default_factory=list)
    _now: set[str] = field(default_factory=set)
    _count: int = 0

    def case(self, depth: int = 4) -> Case:
        """Return a program of a random type."""
        self._now = set()
        self.locals = []
        self._count = 0
        type_ = self.random.choice((*_SCALARS, "bool", "bool", "list", "map", "string", "int"))
        text = self.make(type_, depth)
        if "r." in text or "r[" in text:
            self._now.add("r")
        self.uses.update(self._now)
        return Case(text, frozenset(self._now))

    def note(self, *names: str) -> None:
        """Remember what the program at hand uses."""
        self._now.update(names)

    def make(self, type_: str, depth: int) -> str:
        """Return an expression of a type (`list` and `map` of anything)."""
        rnd = self.random
        if rnd.random() < self.loose:
            other = self._exact(rnd.choice(_SCALARS), max(depth - 1, 0))
            if not self.wrap:
                return other
            self.note("dyn")
            return f"dyn({other})"
        found = self._exact(type_, depth)
        if type_ in FAILING and rnd.random() < self.doubts:
            name = rnd.choice(("unknown", "mistake"))
            self.note(name)
            return f"{name}({found})"
        return found

    def _exact(self, type_: str, depth: int) -> str:
        known = [name for name, of in self.locals if of == type_]
        if known and self.random.random() < 0.35:
            return self.random.choice(known)
        if depth <= 0:
            return self._leaf(type_)
        if self.random.random() < 0.12:
            return self._any_type(type_, depth - 1)
        return str(getattr(self, f"_{type_.partition('(')[0]}")(depth - 1))

    def _leaf(self, type_: str) -> str:  # noqa: C901 - one case a type
        rnd = self.random
        known = [name for name, of in VARIABLES.items() if of == type_]
        if known and rnd.random() < 0.5:
            return rnd.choice(known)
        match type_:
            case "int":
                return str(rnd.choice(_INTS))
            case "uint":
                return f"{rnd.choice((0, 1, 2, 7, 18446744073709551615))}u"
            case "double":
                return repr(rnd.choice(_DOUBLES))
            case "string":
                return f"'{rnd.choice(_TEXTS)}'"
            case "bool":
                return rnd.choice(("true", "false"))
            case "bytes":
                return rnd.choice(("b'ab'", "b''", "b'\\xff'", "b'a'"))
            case "timestamp":
                at = rnd.choice(
                    ("2009-02-13T23:31:30Z", "1969-12-31T23:59:59.5Z", "9999-12-31T23:59:59Z")
                )
                return f"timestamp('{at}')"
            case "duration":
                return f"duration('{rnd.choice(('0s', '1h30m', '-1.5s', '90s', '1ns'))}')"
            case "list":
                return rnd.choice(("ls", "li", "['a', 'b']", "[1, 2]", "[]"))
            case "map":
                return rnd.choice(("ms", "{'a': 1, 'b': 2}", "{}", "{1: 'x'}"))
            case "optional":
                return rnd.choice(("optional.none()", "optional.of(1)", "ms.?a"))
        return rnd.choice(("d", "n"))

    def _any_type(self, type_: str, depth: int) -> str:
        rnd = self.random
        kind = rnd.choice(("?:", "bind", "json", "list", "orValue", "value"))
        if kind == "?:":
            self.note("?:")
            condition = self.make("bool", depth)
            return f"({condition} ? {self.make(type_, depth)} : {self.make(type_, depth)})"
        if kind == "bind":
            self.note("cel.bind")
            of = rnd.choice(("int", "string", type_))
            value = self.make(of, depth)
            with_name, body = self._scoped(type_, depth, of)
            return f"cel.bind({with_name}, {value}, {body})"
        if kind == "json" and self.wrap:
            self.note(".x", "[]")
            return rnd.choice(
                ("d.a", "d.b", "d['c']", "d.l[0]", "d.l[1]", "d.m.a", "n", "d.missing")
            )
        if kind == "list":
            self.note("[...]", "[]")
            items = ", ".join(self.make(type_, depth) for _ in range(2))
            return f"[{items}][{rnd.choice(('0', '1', '2', 'i'))}]"
        self.note("optional.of", kind)
        value = f"optional.of({self.make(type_, depth)})"
        return (
            f"{value}.value()" if kind == "value" else f"{value}.orValue({self.make(type_, depth)})"
        )

    def _scoped(self, type_: str, depth: int, *of: str) -> tuple[str, str]:
        """Return new variables of types, and an expression in which they are known."""
        names = []
        for each in of:
            self._count += 1
            names.append(f"x{self._count}")
            self.locals.append((names[-1], each))
        body = self.make(type_, depth)
        del self.locals[-len(of) :]
        return ", ".join(names), body

    def _binary(self, type_: str, depth: int, *ops: str) -> str:
        op = self.random.choice(ops)
        self.note(op)
        return f"({self.make(type_, depth)} {op} {self.make(type_, depth)})"

    def _call(self, name: str, depth: int, *types: str) -> str:
        """Return a call; with a dot before the name, the first type is the receiver's."""
        bare = name.removeprefix(".")
        self.note(bare)
        arguments = [self.make(type_, depth) for type_ in types]
        if name[0] == ".":
            return f"{arguments[0]}.{bare}({', '.join(arguments[1:])})"
        return f"{bare}({', '.join(arguments)})"

    def _one_of(self, depth: int, *calls: tuple[str, ...]) -> str:
        name, *types = self.random.choice(calls)
        return self._call(name, depth, *types)

    def _int(self, depth: int) -> str:
        kind = self.random.randrange(8)
        if kind < 3:
            return self._binary("int", depth, "+", "-", "*", "/", "%")
        if kind == 3:
            self.note("neg")
            return f"(-{self.make('int', depth)})"
        if kind == 4:
            self.note(".x", "[]")
            return self.random.choice(
                (
                    "ms.a",
                    "ms['b']",
                    "ms.missing",
                    "r.child.n",
                    "r.?child.?n.orValue(7)",
                    "li[0]",
                    "li[i]",
                    "li[1]",
                )
            )
        if kind == 5 and self.random.random() < 0.6:
            return self._one_of(depth, (".orValue", "optional", "int"), (".value", "optional"))
        if kind == 5:
            self.note("sortBy", "[]")
            name, key = self._scoped("int", depth, "int")
            return f"li.sortBy({name}, {key})[0]"
        if kind == 6:
            getter = self.random.choice(_GETTERS)
            return self._call(
                f".{getter}",
                depth,
                self.random.choice(("timestamp", "timestamp", "duration"))
                if getter in _SHARED
                else "timestamp",
                *self._zone(getter),
            )
        return self._one_of(
            depth,
            ("size", "string"),
            (".size", "string"),
            ("size", "list"),
            (".size", "map"),
            ("size", "bytes"),
            ("int", "string"),
            ("int", "double"),
            ("int", "uint"),
            ("int", "timestamp"),
            ("int", "int"),
            (".indexOf", "string", "string"),
            (".indexOf", "string", "string", "int"),
            (".lastIndexOf", "string", "string"),
            (".lastIndexOf", "string", "string", "int"),
            ("math.abs", "int"),
            ("math.sign", "int"),
            ("math.greatest", "int", "int"),
            ("math.least", "int", "int"),
            ("math.greatest", "li"),
            ("math.bitAnd", "int", "int"),
            ("math.bitOr", "int", "int"),
            ("math.bitXor", "int", "int"),
            ("math.bitNot", "int"),
            ("math.bitShiftLeft", "int", "int"),
            ("math.bitShiftRight", "int", "int"),
        )

    def _li(self, _depth: int) -> str:
        return self.random.choice(("li", "[3, 1, 2]"))

    def _zone(self, _getter: str) -> tuple[str, ...]:
        return ()

    def _uint(self, depth: int) -> str:
        if self.random.random() < 0.5:
            return self._binary("uint", depth, "+", "-", "*", "/", "%")
        return self._one_of(
            depth,
            ("uint", "int"),
            ("uint", "double"),
            ("uint", "string"),
            ("math.abs", "uint"),
            ("math.bitAnd", "uint", "uint"),
            ("math.bitOr", "uint", "uint"),
            ("math.bitNot", "uint"),
            ("math.bitShiftLeft", "uint", "int"),
            ("math.bitShiftRight", "uint", "int"),
            ("math.greatest", "uint", "uint"),
            ("math.sign", "uint"),
            ("uint", "uint"),
        )

    def _double(self, depth: int) -> str:
        if self.random.random() < 0.5:
            return self._binary("double", depth, "+", "-", "*", "/")
        return self._one_of(
            depth,
            ("double", "int"),
            ("double", "string"),
            ("double", "uint"),
            ("double", "double"),
            ("math.ceil", "double"),
            ("math.floor", "double"),
            ("math.round", "double"),
            ("math.trunc", "double"),
            ("math.sign", "double"),
            ("math.abs", "double"),
            ("math.sqrt", "double"),
            ("math.least", "double", "double"),
            ("math.sqrt", "int"),
        )

    def _string(self, depth: int) -> str:
        kind = self.random.randrange(6)
        if kind == 0:
            return self._binary("string", depth, "+")
        if kind == 1:
            self.note("[]")
            return self.random.choice(
                (
                    *("ls[0]", "ls[i]", "r.name", "r.opt", "r['opt']", "r.tags[0]"),
                    *("r.?opt.orValue('none')", "r.?opt.value()", "d.?m.?a.orValue('no')"),
                )
            )
        if kind == 2:
            self.note("format")
            clause, of = self.random.choice(
                (
                    ("%s", "int"),
                    ("%s", "string"),
                    ("%d", "int"),
                    ("%x", "int"),
                    ("%f", "double"),
                    ("%s", "bool"),
                    ("%e", "double"),
                    ("%b", "int"),
                    ("%o", "uint"),
                    ("%X", "string"),
                    ("%.2f", "double"),
                    ("%s", "list"),
                    ("%s", "timestamp"),
                    ("%s", "duration"),
                )
            )
            return f"'<{clause}>'.format([{self.make(of, depth)}])"
        return self._one_of(
            depth,
            ("string", "int"),
            ("string", "uint"),
            ("string", "double"),
            ("string", "bool"),
            ("string", "bytes"),
            ("string", "timestamp"),
            ("string", "duration"),
            ("string", "string"),
            (".charAt", "string", "int"),
            (".lowerAscii", "string"),
            (".upperAscii", "string"),
            (".replace", "string", "string", "string"),
            (".replace", "string", "string", "string", "int"),
            (".substring", "string", "int"),
            (".substring", "string", "int", "int"),
            (".trim", "string"),
            (".reverse", "string"),
            (".join", "strings"),
            (".join", "strings", "string"),
            ("strings.quote", "string"),
            ("base64.encode", "bytes"),
        )

    def _strings(self, depth: int) -> str:
        if self.random.random() < 0.4:
            return self._one_of(
                depth, (".split", "string", "string"), (".split", "string", "string", "int")
            )
        return self.random.choice(("ls", "['x', 'y']", "ls + ['z']", "ls.map(x0, x0 + '!')"))

    def _bytes(self, depth: int) -> str:
        if self.random.random() < 0.3:
            return self._binary("bytes", depth, "+")
        return self._one_of(
            depth, ("bytes", "string"), ("base64.decode", "string"), ("bytes", "bytes")
        )

    def _timestamp(self, depth: int) -> str:
        kind = self.random.randrange(4)
        if kind == 0:
            self.note("+", "-")
            op = self.random.choice("+-")
            return f"({self.make('timestamp', depth)} {op} {self.make('duration', depth)})"
        return self._one_of(
            depth, ("timestamp", "int"), ("timestamp", "timestamp"), ("timestamp", "string")
        )

    def _duration(self, depth: int) -> str:
        if self.random.random() < 0.6:
            return self._binary("duration", depth, "+", "-")
        if self.random.random() < 0.5:
            return f"({self.make('timestamp', depth)} - {self.make('timestamp', depth)})"
        return self._one_of(depth, ("duration", "string"), ("duration", "duration"))

    def _bool(self, depth: int) -> str:
        rnd = self.random
        kind = rnd.randrange(11)
        if kind < 3:
            self.note("&&", "||")
            op = rnd.choice((" && ", " || "))
            return f"({op.join(self.make('bool', depth) for _ in range(rnd.randint(2, 4)))})"
        if kind == 3:
            self.note("!")
            return f"!{self.make('bool', depth)}"
        if kind == 4:
            return self._binary(rnd.choice(_SCALARS), depth, "<", "<=", ">", ">=")
        if kind == 5:
            return self._binary(rnd.choice((*_SCALARS, "list", "map")), depth, "==", "!=")
        if kind == 6:
            self.note("in")
            of, where = rnd.choice(
                (
                    ("string", "ls"),
                    ("int", "li"),
                    ("string", "ms"),
                    ("string", "d"),
                    ("int", "[1, 2, 3]"),
                    ("string", "['a', 'b']"),
                    ("double", "[1.0, 2.5]"),
                    ("dyn", "li"),
                    ("dyn", "['a', 'b']"),
                )
            )
            return f"({self.make(of, depth)} in {where})"
        if kind == 7:
            self.note("has", ".x")
            return rnd.choice(
                (
                    "has(d.a)",
                    "has(d.m.a)",
                    "has(d.missing)",
                    "has(ms.a)",
                    "has(d.a.b)",
                    "has(ms.missing)",
                    "has(d.?m.a)",
                    "has(r.opt)",
                    "has(r.name)",
                    "(has(r.opt) && r.opt != r.name)",
                    *("(n == null)", "(d.a != null)", "(n != true)", "(d.b == false)", "(n == 1)"),
                    *(
                        "(1 in d.l)",
                        "(n in [1, 2])",
                        "(d.a in li)",
                        "(true in d.l)",
                        "(n in [1.0])",
                    ),
                    *("(n == [1])", "([true] == d.a)", "(d.b != [0, 1])", "(n == ['a'])"),
                    *("(d.l == [true, 1])", "([0] == n)", "([1.0] != d.c)", "(d.l == [1])"),
                    "(!has(r.child) || r.child.n > i)",
                    "('opt' in r)",
                )
            )
        if kind == 8 and rnd.random() < 0.4:
            self.note("filter")
            where, of = rnd.choice((("ls", "string"), ("li", "int"), ("[1, 2, 3]", "int")))
            names, body = self._scoped("bool", depth, of)
            return f"({where}.filter({names}, {body}).size() {rnd.choice(_COUNTS)})"
        if kind < 10:
            return self._quantifier(depth)
        return self._one_of(
            depth,
            (".startsWith", "string", "string"),
            (".endsWith", "string", "string"),
            (".contains", "string", "string"),
            (".matches", "string", "pattern"),
            ("matches", "string", "pattern"),
            ("bool", "string"),
            ("bool", "bool"),
            ("math.isNaN", "double"),
            ("math.isInf", "double"),
            ("math.isFinite", "double"),
            (".hasValue", "optional"),
            ("sets.contains", "li", "li"),
            ("sets.equivalent", "li", "list"),
            ("sets.intersects", "li", "li"),
        )

    def _pattern(self, _depth: int) -> str:
        return f"'{self.random.choice(_PATTERNS)}'"

    def _quantifier(self, depth: int) -> str:
        rnd = self.random
        macro = rnd.choice(("all", "exists", "exists_one", "existsOne"))
        self.note(macro)
        where, of = rnd.choice(
            (
                ("ls", "string"),
                ("li", "int"),
                ("ms", "string"),
                ("d.l", "dyn"),
                ("[1, 0, 2]", "int"),
                ("['a', 'b']", "string"),
                ("d", "string"),
            )
        )
        if rnd.random() < 0.3:
            first = "int" if where not in ("ms", "d") else "string"
            second = {"ms": "int", "d": "dyn"}.get(where, of)
            names, body = self._scoped("bool", depth, first, second)
            macro = "existsOne" if macro == "exists_one" else macro
            self.note("two variables")
            return f"{where}.{macro}({names}, {body})"
        names, body = self._scoped("bool", depth, of)
        if rnd.random() < 0.2:
            body = _FAILING[of].format(names)
        macro = "exists_one" if macro == "existsOne" and rnd.random() < 0.5 else macro
        return f"{where}.{macro}({names}, {body})"

    def _list(self, depth: int) -> str:
        rnd = self.random
        kind = rnd.randrange(9)
        if kind == 0:
            self.note("[...]")
            types = [rnd.choice(_SCALARS) for _ in range(rnd.randint(0, 3))]
            return f"[{', '.join(self.make(of, depth) for of in types)}]"
        if kind == 1:
            self.note("[?...]", ".?x", "[?]")
            return f"[?{rnd.choice(('ms.?a', 'd.?a', 'li[?0]', 'ms[?s]', 'li[?i]', 'd.?m.?a'))}, 1]"
        if kind == 2:
            self.note("map")
            names, body = self._scoped(rnd.choice(("int", "string", "bool")), depth, "int")
            return f"li.map({names}, {body})"
        if kind == 3:
            self.note("map")
            names, body = self._scoped("int", depth, "int")
            _, condition = self._scoped("bool", depth, "int")
            last = f"x{self._count}"
            return f"li.map({last}, {condition}, {body.replace(names, last)})"
        if kind == 4:
            self.note("filter")
            where, of = rnd.choice(
                (("ls", "string"), ("li", "int"), ("d.l", "dyn"), ("ms", "string"))
            )
            names, body = self._scoped("bool", depth, of)
            return f"{where}.filter({names}, {body})"
        if kind == 5:
            self.note("transformList", "two variables")
            names, body = self._scoped("int", depth, "int", "string")
            return f"ls.transformList({names}, {body})"
        if kind == 6:
            return self._binary("strings", depth, "+")
        if kind == 7:
            return self.make("strings", depth)
        return self._one_of(
            depth,
            (".distinct", "list"),
            (".reverse", "list"),
            (".slice", "list", "int", "int"),
            (".sort", "li"),
            (".sort", "strings"),
            ("lists.range", "small"),
            (".flatten", "nested"),
            (".flatten", "nested", "int"),
            ("optional.unwrap", "opts"),
            (".unwrapOpt", "opts"),
        )

    def _small(self, _depth: int) -> str:
        return self.random.choice(("0", "3", "i"))

    def _nested(self, depth: int) -> str:
        return f"[[{self.make('int', depth)}], [2, 3]]"

    def _opts(self, depth: int) -> str:
        return f"[{self.make('optional', depth)}, optional.of(1)]"

    def _map(self, depth: int) -> str:
        rnd = self.random
        kind = rnd.randrange(5)
        if kind == 0:
            self.note("{...}")
            return f"{{{self.make('string', depth)}: {self.make('int', depth)}, 'z': 1}}"
        if kind == 1:
            self.note("{?...}")
            return f"{{?'k': {rnd.choice(('ms.?a', 'd.?a', 'optional.none()'))}, 'z': 1}}"
        if kind == 2:
            self.note("transformMap", "two variables")
            names, body = self._scoped(rnd.choice(("int", "string")), depth, "string", "int")
            return f"ms.transformMap({names}, {body})"
        if kind == 3:
            self.note("transformMapEntry")
            names, body = self._scoped("string", depth, "string", "int")
            return f"ms.transformMapEntry({names}, {{{body}: 1}})"
        self.note("{...}")
        return f"{{{self.make('int', depth)}: {self.make('bool', depth)}, 2: true}}"

    def _optional(self, depth: int) -> str:
        rnd = self.random
        kind = rnd.randrange(7)
        if kind == 0:
            self.note("optMap", "optional.of")
            names, body = self._scoped("int", depth, "int")
            return f"optional.of({self.make('int', depth)}).optMap({names}, {body})"
        if kind == 1:
            self.note("optFlatMap")
            names, body = self._scoped("optional", depth, "int")
            return f"optional.of({self.make('int', depth)}).optFlatMap({names}, {body})"
        if kind == 2:
            self.note("first", "last")
            return rnd.choice(("li.first()", "li.last()", "[].first()"))
        if kind == 3:
            self.note(".?x", "[?]")
            return rnd.choice(
                ("d.?a", "d.?m.?a", "d[?'a']", "li[?0]", "li[?7]", "d.?l[?0]", "n.?a")
            )
        return self._one_of(
            depth,
            ("optional.of", "int"),
            ("optional.none",),
            ("optional.ofNonZeroValue", "int"),
            ("optional.ofNonZeroValue", "string"),
            (".or", "optional", "optional"),
        )

    def _dyn(self, depth: int) -> str:
        self.note("dyn", "type")
        return self.random.choice(
            (
                "d",
                "n",
                "d.a",
                "d.l",
                f"dyn({self.make('int', depth)})",
                f"type({self.make('int', depth)}) == int",
            )
        )


_GETTERS = tuple(name for name in functions() if name.startswith("get"))
_SHARED = frozenset({"getHours", "getMinutes", "getSeconds", "getMilliseconds"})
ALL = frozenset({*functions(), *NAMES, *OPERATORS, "unknown", "mistake"})
"""What a run has to cover."""


def _unknown(_value: object) -> object:
    raise cel.UndecidedError("it is not known what the value is", ("${X}", ("Statement", 0)))


def _mistake(_value: object) -> object:
    raise cel.FunctionError("the function does not take such a value")


FAILING = ("int", "uint", "double", "string", "bool", "bytes")
"""Types of values that `unknown` and `mistake` seem to return."""
FUNCTIONS = tuple(
    cel.Function(name, (Type(of),), Type(of), call, "")
    for of in FAILING
    for name, call in (("unknown", _unknown), ("mistake", _mistake))
)


def environment(*, typed: bool = True) -> cel.Env:
    """Return the environment of the generated programs."""
    types = {name: _parsed(of) if typed else Type("dyn") for name, of in VARIABLES.items()}
    return cel.Env(types, STRUCTS, FUNCTIONS)


def _parsed(text: str) -> Type:
    name, bracket, rest = text.partition("(")
    if not bracket:
        return Type(name)
    return Type(name, tuple(Type(each.strip()) for each in rest.rstrip(")").split(",")))


def data(rnd: random.Random, *, typed: bool = True) -> dict[str, Any]:
    """Return values of the variables; no uint where its type would not be told."""
    scalars: list[Any] = [None, True, False, 0, 1, -3, 2.5, "a", "b", "", {}]
    scalars += [[], ["a"], [1], [True], [0.0]]
    return {
        "i": rnd.choice(_INTS),
        "u": UInt(rnd.choice((0, 1, 3, 2**64 - 1))) if typed else rnd.choice(_INTS),
        "f": rnd.choice(_DOUBLES),
        "s": rnd.choice((*_TEXTS, *_KEYS)),
        "b": rnd.random() < 0.5,
        "ls": [rnd.choice(_TEXTS) for _ in range(rnd.randint(0, 3))],
        "li": [rnd.choice(_INTS[:8]) for _ in range(rnd.randint(0, 4))],
        "ms": {key: rnd.choice(_INTS) for key in _KEYS[: rnd.randint(0, 3)]},
        "d": {
            "a": rnd.choice(scalars),
            "b": rnd.choice(scalars),
            "c": rnd.choice(scalars),
            "l": [rnd.choice(scalars) for _ in range(rnd.randint(0, 3))],
            "m": {key: rnd.choice(scalars) for key in _KEYS[: rnd.randint(0, 2)]},
        },
        "n": rnd.choice(scalars),
        "r": {
            "name": rnd.choice(_TEXTS),
            "tags": [rnd.choice(_TEXTS) for _ in range(rnd.randint(0, 2))],
            **({"opt": rnd.choice(_TEXTS)} if rnd.random() < 0.5 else {}),
            **({"child": {"n": rnd.choice(_INTS)}} if rnd.random() < 0.5 else {}),
        },
    }


def canonical(value: Any) -> Any:  # noqa: C901 - one case a type
    """Return a value in a form that `==` compares as a test wants it: type and all."""
    match value:
        case None | bool() | str():
            return value
        case UInt():
            return ("uint", int(value))
        case int():
            return ("int", value)
        case float():
            return ("double", "nan" if math.isnan(value) else repr(value))
        case bytes():
            return ("bytes", base64.b64encode(value).decode())
        case list():
            return [canonical(item) for item in value]
        case dict():
            return {key_text(key): canonical(item) for key, item in value.items()}
        case Timestamp():
            return ("timestamp", value.nanos // 1000)
        case Duration():
            return ("duration", abs(value.nanos) // 1000 * (-1 if value.nanos < 0 else 1))
        case Optional():
            return ("optional", canonical(value.value) if value.present else "none")
        case BoolKey():
            return value.value
        case Type():
            return ("type", value.name)
    return ("host", repr(value))


def key_text(key: Any) -> str:
    """Return a map's key as text; that of a uint is not told from an int's."""
    key = key.value if isinstance(key, BoolKey) else int(key) if isinstance(key, UInt) else key
    return f"{'text' if isinstance(key, str) else 'key'} {key}"


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
