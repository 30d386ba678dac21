"""The lexer and parser: what is valid with which tree, and what is refused and where."""

from __future__ import annotations

import pytest

from checker import cel
from checker.cel.ast import Text
from checker.cel.lexer import RESERVED
from checker.cel.parser import parse
from tests.support.cel_shape import shown, spans_fit

ENGINES: tuple[cel.Engine, ...] = ("codegen", "interpret")

SHAPES = {
    "a + b * c": "(a + (b * c))",
    "(a + b) * c": "((a + b) * c)",
    "a - b - c": "((a - b) - c)",
    "a - (b - c)": "(a - (b - c))",
    "a / b * c % d": "(((a / b) * c) % d)",
    "a + b < c - d": "((a + b) < (c - d))",
    "a < b == c": "((a < b) == c)",
    "a == b != c": "((a == b) != c)",
    "a in b in c": "((a in b) in c)",
    "a + b in c": "((a + b) in c)",
    "a in b && c": "((a in b) && c)",
    "a || b && c || d": "(a || (b && c) || d)",
    "(a || b) || c": "((a || b) || c)",
    "a && (b && c)": "(a && (b && c))",
    "(a || b) && c": "((a || b) && c)",
    "!a && b": "((!a) && b)",
    "!(a && b)": "(!(a && b))",
    "!a.b": "(!a.b)",
    "!a == b": "((!a) == b)",
    "-a.b(c)": "(-a.b(c))",
    "-a * b": "((-a) * b)",
    "a - -b": "(a - (-b))",
    "a--b": "(a - (-b))",
    "--a": "(-(-a))",
    "!-a": "(!(-a))",
    "-1": "-1",
    "- 1": "-1",
    "a-1": "(a - 1)",
    "a ? b : c": "(a ? b : c)",
    "a ? b : c ? d : e": "(a ? b : (c ? d : e))",
    "a ? b ? c : d : e": "(a ? (b ? c : d) : e)",
    "(a ? b : c) ? d : e": "((a ? b : c) ? d : e)",
    "a || b ? c && d : e || f": "((a || b) ? (c && d) : (e || f))",
    "a ? b : c + d": "(a ? b : (c + d))",
    "a[b ? c : d]": "a[(b ? c : d)]",
    "a ? [b] : {c: d ? e : f}": "(a ? [b] : {c: (d ? e : f)})",
    "a.b.c": "a.b.c",
    ".a.b": ".a.b",
    "a.b[c].d(e)[f]": "a.b[c].d(e)[f]",
    "a.b(c, d).e()": "a.b(c, d).e()",
    "[a][b]": "[a][b]",
    "{a: b}.c": "{a: b}.c",
    "'s'.f()": "'s'.f()",
    "f(g(a), [b], {c: d})": "f(g(a), [b], {c: d})",
    "f()": "f()",
    "[]": "[]",
    "{}": "{}",
    "[a,]": "[a]",
    "[a, b,]": "[a, b]",
    "{a: b,}": "{a: b}",
    "{a: b, c: d,}": "{a: b, c: d}",
    "a.?b": "a.?b",
    "a.?b.c": "a.?b.c",
    "a[?b]": "a[?b]",
    "a[?b].?c[d]": "a[?b].?c[d]",
    "a[?b ? c : d]": "a[?(b ? c : d)]",
    "a ? [?b, c] : [d, ?e,]": "(a ? [?b, c] : [d, ?e])",
    "{?a: b, c: d, ?e: f,}": "{?a: b, c: d, ?e: f}",
    "a.`b-c`.d": "a.b-c.d",
    "a.?`b/c`": "a.?b/c",
    "a.for": "a.for",
    "a.package.?as": "a.package.?as",
    "has(a.b)": "has(a.b)",
    "has(a.b.c)": "has(a.b.c)",
    "has(a.?b)": "has(a.?b)",
    "a.all(x, x > b)": "a.all<x, (x > b)>",
    "a.map(x, b, c)": "a.map<x, b, c>",
    "a.map(x, b)": "a.map<x, b>",
    "a.existsOne(x, b)": "a.exists_one<x, b>",
    "a.all(x, y, b)": "a.all<x, y, b>",
    "a.transformMap(x, y, b, c)": "a.transformMap<x, y, b, c>",
    "a.map(x)": "a.map(x)",
    "all(x, y)": "all(x, y)",
    "cel.bind(x, a, b)": "bind<x, a, b>",
    "a.optMap(x, b)": "optMap<x, a, b>",
    "truely": "truely",
    "inn": "inn",
    "_a1": "_a1",
    "a//b\n+//c\n b//d": "(a + b)",
    "\ta\r\n+\f b": "(a + b)",
}


@pytest.mark.parametrize(("text", "shape"), SHAPES.items())
def test_shape(text: str, shape: str) -> None:
    assert shown(parse(Text(text))) == shape


LITERALS: dict[str, object] = {
    "true": True,
    "false": False,
    "null": None,
    "0": 0,
    "007": 7,
    "9223372036854775807": 2**63 - 1,
    "-9223372036854775808": -(2**63),
    "0x1F": 31,
    "0X1f": 31,
    "-0x8000000000000000": -(2**63),
    "1.5": 1.5,
    ".5": 0.5,
    "1e3": 1000.0,
    "1.5E-2": 0.015,
    "-.5e+1": -5.0,
    "''": "",
    '"a\'b"': "a'b",
    "'a\"b'": 'a"b',
    "'''a'b\nc'''": "a'b\nc",
    '"""a"b\nc"""': 'a"b\nc',
    "''''a'''": "'a",
    "'// no comment'": "// no comment",
    r"'\a\b\f\n\r\t\v'": "\a\b\f\n\r\t\v",
    r"'\\\?\"\'\`'": "\\?\"'`",
    r"'\x41\X41\u0041\U00000041\101'": "AAAAA",
    r"'\xe9\351\u00e9'": "ééé",
    r"'\U0001F600'": "\U0001f600",
    r"'\377'": "ÿ",
    r"r'\n\d'": r"\n\d",
    r'R"\x"': r"\x",
    r"r'''a\'''": "a\\",
    "b'abc'": b"abc",
    "B'é'": "é".encode(),
    r"b'\xff\377\n'": b"\xff\xff\n",
    r"br'\xff'": rb"\xff",
    r"Rb'\n'": rb"\n",
    "b'''a\nb'''": b"a\nb",
    "'日本'": "日本",
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("text", "value"), LITERALS.items())
def test_literal(text: str, value: object, engine: cel.Engine) -> None:
    found = cel.compile(text, cel.Env(), engine=engine).evaluate(cel.Activation({}))
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ["18446744073709551615u", "0xFFFFFFFFFFFFFFFFU", "0u"])
def test_unsigned_literal(text: str) -> None:
    found = cel.compile(f"{text} == uint('{int(text[:-1], 0)}')", cel.Env())
    assert found.evaluate(cel.Activation({})) is True


REFUSED = {
    "": (1, 1, "ends too early: expected a value"),
    " \n ": (2, 2, "ends too early: expected a value"),
    "// a": (1, 5, "ends too early: expected a value"),
    "1 +": (1, 4, "ends too early: expected a value"),
    "1 +\r\n\t*": (2, 2, "expected a value, not `*`"),
    "(1": (1, 3, "expected `)`"),
    "()": (1, 2, "expected a value, not `)`"),
    "(a, b)": (1, 3, "expected `)`, not `,`"),
    "a)": (1, 2, "expected an operator or the end, not `)`"),
    "[1": (1, 3, "expected `]`"),
    "[1)": (1, 3, "expected `]`, not `)`"),
    "[1,,]": (1, 4, "expected a value, not `,`"),
    "{1": (1, 3, "expected `:`"),
    "{'a'}": (1, 5, "expected `:`"),
    "{'a': 1 'b': 2}": (1, 9, "expected `}`, not `'b'`"),
    "f(1,)": (1, 5, "expected a value, not `)`"),
    "f(1": (1, 4, "expected `)`"),
    "a[]": (1, 3, "expected a value, not `]`"),
    "a[1, 2]": (1, 4, "expected `]`, not `,`"),
    "1 2": (1, 3, "expected an operator or the end, not `2`"),
    "'a' 'b'": (1, 5, "expected an operator or the end, not `'b'`"),
    "a !b": (1, 3, "expected an operator or the end, not `!`"),
    "a not in b": (1, 3, "expected an operator or the end, not `not`"),
    "(a)(b)": (1, 4, "expected an operator or the end, not `(`"),
    "a ? b": (1, 6, "expected `:`"),
    "a ?: b": (1, 4, "expected a value, not `:`"),
    "a ? b, c : d": (1, 6, "expected `:`, not `,`"),
    "a : b": (1, 3, "expected an operator or the end, not `:`"),
    "a && && b": (1, 6, "expected a value, not `&&`"),
    "+a": (1, 1, "expected a value, not `+`"),
    "a.\n b.(1)": (2, 4, "expected the name of a field"),
    "a..b": (1, 3, "expected the name of a field"),
    "a.'b'": (1, 3, "expected the name of a field"),
    "a.?": (1, 4, "expected the name of a field"),
    "a.`$`": (1, 3, "write a name in backquotes as in"),
    "`a`": (1, 1, "expected a value"),
    "a.in": (1, 3, "`in` is a keyword"),
    "a.true": (1, 3, "`true` is a keyword"),
    "a.null": (1, 3, "`null` is a keyword"),
    "1.": (1, 3, "expected the name of a field"),
    "1a": (1, 1, "neither a number nor a name"),
    "0x": (1, 1, "neither a number nor a name"),
    "1u2": (1, 1, "neither a number nor a name"),
    "9223372036854775808": (1, 1, "out of range for a 64-bit int"),
    "-9223372036854775809": (1, 2, "out of range for a 64-bit int"),
    "1 - 9223372036854775808": (1, 5, "out of range for a 64-bit int"),
    "18446744073709551616u": (1, 1, "out of range for a 64-bit uint"),
    "1" + "0" * 5000: (1, 1, "out of range for a 64-bit int"),
    "0x" + "f" * 5000: (1, 1, "out of range for a 64-bit int"),
    "'abc": (1, 1, "the string does not end"),
    "a + 'abc\\'": (1, 5, "the string does not end"),
    "'a\nb'": (1, 1, "the string does not end"),
    "'''a''": (1, 1, "the string does not end"),
    r"r'a": (1, 2, "the string does not end"),
    "'a\\\nb'": (1, 1, "the string does not end"),
    r"'\d'": (1, 2, r"write `\\` for a backslash"),
    r"'ab\x4'": (1, 4, "not an escape sequence"),
    r"'\u12'": (1, 2, "not an escape sequence"),
    r"'\400'": (1, 2, "not an escape sequence"),
    r"'\8'": (1, 2, "not an escape sequence"),
    "'''\n \\q'''": (2, 2, "not an escape sequence"),
    r"'\ud800'": (1, 2, "not a Unicode character"),
    r"'\U00110000'": (1, 2, "not a Unicode character"),
    r"b'\u0041'": (1, 3, "not an escape sequence"),
    "'\ud800'": (1, 1, "lone surrogate"),
    "a & b": (1, 3, "did you mean `&&`?"),
    "a | b": (1, 3, "did you mean `||`?"),
    "a = b": (1, 3, "did you mean `==`?"),
    "'é' + #": (1, 7, "`#` is not part of the language"),
    "a.é": (1, 3, "`é` is not part of the language"),
    "\ufeff1": (1, 1, "not part of the language"),
    "a\x00": (1, 2, "not part of the language"),
    "a.b{c: 1}": (1, 1, "protobuf messages cannot be made"),
    "a {}": (1, 1, "protobuf messages cannot be made"),
    "has(a)": (1, 5, "takes a field"),
    "has(a[b])": (1, 5, "takes a field"),
    "a.all(1, true)": (1, 7, "the name of a variable"),
    "a.filter(x.y, true)": (1, 10, "the name of a variable"),
    "a.all(.x, true)": (1, 7, "the name of a variable"),
    "cel.bind(1, a, b)": (1, 10, "the name of a variable"),
    "a.all(x, x, true)": (1, 10, "both variables"),
    "cel.block([1], 2)": (1, 1, "`cel.block`"),
}


@pytest.mark.parametrize(("text", "expected"), REFUSED.items(), ids=lambda it: repr(it)[:40])
def test_refused(text: str, expected: tuple[int, int, str]) -> None:
    env = cel.Env(dict.fromkeys("abcdef", cel.Type("dyn")))
    for engine in ENGINES:
        with pytest.raises(cel.CompileError) as caught:
            cel.compile(text, env, engine=engine)
        assert expected[2] in caught.value.message
        assert (caught.value.line, caught.value.column) == expected[:2]
        problem = caught.value.problems[0]
        assert (problem.end_line, problem.end_column) >= (problem.line, problem.column)


@pytest.mark.parametrize("word", sorted(RESERVED))
def test_reserved_words_name_fields_only(word: str) -> None:
    assert shown(parse(Text(f"a.{word}"))) == f"a.{word}"
    assert shown(parse(Text(f"{word}s"))) == f"{word}s"
    for text in (word, f"a + {word}", f"{word}(a)", f"a.all({word}, true)"):
        with pytest.raises(cel.CompileError, match=f"`{word}` is a reserved word") as caught:
            parse(Text(text))
        assert caught.value.column == text.index(word) + 1


@pytest.mark.parametrize("text", SHAPES)
def test_spans(text: str) -> None:
    spans_fit(text)
