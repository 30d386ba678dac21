"""Generates the code of operators: Python's own where types allow, else calls of `operators`."""

from __future__ import annotations

import ast
import math

from checker.budget import SMALL, Meter, charge
from checker.cel import operators
from checker.cel.ast import Binary, Expr, ListNode, Literal, spine
from checker.cel.codegen import python as py
from checker.cel.codegen.counting import comparison
from checker.cel.codegen.emitter import Code, Emitter
from checker.cel.types import Type
from checker.cel.values import INT_MAX, INT_MIN
from checker.errors import EvaluationError

_CHAIN = 16
"""Operations in a chain that become one Python expression."""
_COMPARES: dict[str, ast.cmpop] = {"<": py.LT, "<=": py.LE, ">": py.GT, ">=": py.GE}
_INTS = frozenset({"int", "uint"})
_SAFE = frozenset({"string", "bool", "int", "uint", "bytes", "timestamp", "duration", "null_type"})
"""Types whose values Python compares as CEL does, in lists and maps too."""
_ORDERED = frozenset({"string", "bool", "int", "uint", "double", "bytes", "timestamp", "duration"})
_PYTHON: dict[str, ast.operator] = {"+": py.ADD, "-": py.SUB, "*": py.MULT}


def overflow() -> int:
    """Raise the error for an int that does not fit in 64 bits."""
    raise EvaluationError("integer overflow: the result does not fit in 64 bits")


def made(meter: Meter, value: str) -> str:
    """Return a concatenation, after charging for its length; raises BudgetError."""
    charge(meter, len(value))
    return value


def chain(emitter: Emitter, node: Binary) -> Code:
    """Return the code of a chain of operators."""
    first, operations = spine(node)
    texts = [first, *(each.right for each in operations)]
    nodes = [*operations, *texts]
    if len(operations) > 1 and all(each.type.name == "string" for each in nodes):
        return _concatenated(emitter, node, texts)
    left: Expr = first
    known = comparison(emitter, operations[0], first)
    code = emitter.code(first) if known is None else known
    if known is not None:
        left = operations.pop(0)
    for count, each in enumerate(operations, 1):
        code, right = emitter.then([code], each.right)
        code = _operation(emitter, each, left, code, right)
        left = each
        if count % _CHAIN == 0:
            code = Code(emitter.spilled(code.expr), code.fails)
    return code


def _concatenated(emitter: Emitter, node: Binary, texts: list[Expr]) -> Code:
    codes = emitter.codes(texts)
    parts = [py.FormattedValue(code.expr, -1, None) for code in codes]
    whole = _charged(emitter, node, py.JoinedStr(parts))
    return Code(whole, any(code.fails for code in codes))


def _charged(emitter: Emitter, node: Expr, value: ast.expr) -> ast.expr:
    first, again = emitter.held(value)
    small = py.compare(py.call(emitter.ref(len), first), py.LT, py.constant(SMALL))
    large = emitter.at(py.call(emitter.ref(made), emitter.meter(), again), node)
    return py.choose(small, again, large)


def _operation(emitter: Emitter, node: Binary, left: Expr, one: Code, other: Code) -> Code:
    op, right = node.op, node.right
    types = (left.type.name, right.type.name)
    fails = one.fails or other.fails
    if op in ("==", "!="):
        return _equality(emitter, node, left, one, other)
    if op == "in":
        return _membership(emitter, node, left, one, other)
    if op in _COMPARES:
        return _comparison(emitter, node, left, one, other)
    if types == ("int", "int"):
        return _integers(emitter, node, one, other)
    if types == ("double", "double") and op in _PYTHON:
        return Code(py.BinOp(one.expr, _PYTHON[op], other.expr), fails)
    if types == ("double", "double") and op == "/":
        return Code(_division(emitter, node, one, other), fails)
    if op == "+":
        if types[0] == types[1] and types[0] in ("string", "list"):
            whole = py.BinOp(one.expr, py.ADD, other.expr)
            return Code(_charged(emitter, node, whole), fails)
        call = py.call(emitter.ref(operators.add), one.expr, other.expr, emitter.meter())
    else:
        call = py.call(emitter.ref(operators.ARITHMETIC[op]), one.expr, other.expr)
    return Code(emitter.at(call, node.at), fails=True)


def _division(emitter: Emitter, node: Binary, one: Code, other: Code) -> ast.expr:
    divisor = node.right.value if isinstance(node.right, Literal) else 0.0
    if divisor and math.isfinite(divisor):
        return py.BinOp(one.expr, py.DIV, other.expr)  # type: ignore[no-any-return]
    return py.call(emitter.ref(operators.divide_doubles), one.expr, other.expr)


def _integers(emitter: Emitter, node: Binary, one: Code, other: Code) -> Code:
    op = node.op
    if op in _PYTHON:
        temp = emitter.temp()
        result = py.walrus(temp, py.BinOp(one.expr, _PYTHON[op], other.expr))
        fits = py.Compare(py.constant(INT_MIN), [py.LE, py.LE], [result, py.constant(INT_MAX)])
        raised = emitter.at(py.call(emitter.ref(overflow)), node.at)
        return Code(py.choose(fits, py.name(temp), raised), fails=True)
    divisor = node.right.value if isinstance(node.right, Literal) else 0
    if divisor > 0:
        first, again = emitter.held(one.expr)
        python = py.MOD if op == "%" else py.FLOOR
        positive = py.BinOp(again, python, other.expr)
        turned = py.BinOp(py.UnaryOp(py.NEG, again), python, other.expr)
        negative = py.UnaryOp(py.NEG, turned)
        return Code(
            py.choose(py.compare(first, py.GE, py.constant(0)), positive, negative), one.fails
        )
    helper = operators.remainder_of_ints if op == "%" else operators.divide_ints
    call = py.call(emitter.ref(helper), one.expr, other.expr)
    return Code(emitter.at(call, node.at), fails=True)


def _comparison(emitter: Emitter, node: Binary, left: Expr, one: Code, other: Code) -> Code:
    python = _COMPARES[node.op]
    types = (left.type.name, node.right.type.name)
    fails = one.fails or other.fails
    same = types[0] == types[1] and types[0] in _ORDERED
    if same or _INTS.issuperset(types):
        return Code(py.compare(one.expr, python, other.expr), fails)
    helper = emitter.ref(operators.compare)
    op = py.constant(node.op)
    if "dyn" in types and ("int" in types or "string" in types):
        at_left = types[0] == "dyn"
        kind = int if "int" in types else str
        # the dyn operand is tested first, so it must also be evaluated first
        first, again = emitter.held((one if at_left else other).expr)
        sides = (again, other.expr) if at_left else (one.expr, again)
        if _is_simple(sides[1] if at_left else sides[0]):
            fits = py.compare(py.call(emitter.ref(type), first), py.IS, emitter.ref(kind))
            native = py.compare(sides[0], python, sides[1])
            slow = emitter.at(py.call(helper, op, *sides), node.at)
            return Code(py.choose(fits, native, slow), fails=True)
    call = py.call(helper, op, one.expr, other.expr)
    return Code(emitter.at(call, node.at), fails=True)


def _is_simple(expr: ast.expr) -> bool:
    """Return whether an expression may be repeated in two branches without growing the code."""
    return isinstance(expr, ast.Name | ast.Constant)


def _equality(emitter: Emitter, node: Binary, left: Expr, one: Code, other: Code) -> Code:
    right = node.right
    negated = node.op == "!="
    python = py.NE if negated else py.EQ
    fails = one.fails or other.fails
    if isinstance(left, Literal) and isinstance(right, Literal):
        same = operators.equal(left.value, right.value, [1_000_000])
        return Code(py.constant(same is not negated), fails=False)
    if _native_equality(left, right):
        return Code(py.compare(one.expr, python, other.expr), fails)
    for constant, value in ((left, other), (right, one)):
        if isinstance(value.expr, ast.Constant) or not isinstance(constant, Literal):
            continue  # Python would warn of `is` between constants
        if constant.value is None or constant.value is True or constant.value is False:
            test = py.IS_NOT if negated else py.IS
            return Code(py.compare(value.expr, test, py.constant(constant.value)), fails)
    helper = emitter.ref(operators.equal)
    for constant, value in ((left, other), (right, one)):
        if isinstance(value.expr, ast.Constant):
            continue
        if isinstance(constant, Literal) and type(constant.value) is int:
            # booleans are the only values that Python, but not CEL, takes for numbers
            first, again = emitter.held(value.expr)
            fits = py.compare(py.call(emitter.ref(type), first), py.IS, emitter.ref(int))
            number = py.constant(constant.value)
            slow = py.call(helper, again, number, emitter.meter())
            native = py.compare(again, python, number)
            return Code(py.choose(fits, native, py.not_(slow) if negated else slow), fails)
    call = py.call(helper, one.expr, other.expr, emitter.meter())
    return Code(py.not_(call) if negated else call, fails)


def _native_equality(left: Expr, right: Expr) -> bool:
    one, other = left.type, right.type
    if "string" in (one.name, other.name):
        # a string is equal only to strings, in Python as in CEL
        return True
    if one.name in _INTS and other.name in _INTS:
        return True
    if one.name == other.name and (one.name in _SAFE or one.name == "double"):
        return True
    constant = any(isinstance(each, ListNode) and is_constant(each) for each in (left, right))
    return constant and _safe(one) and _safe(other)


def _safe(type_: Type) -> bool:
    if type_.name == "list":
        return _safe(type_.parameters[0]) and type_.parameters[0].name != "bool"
    return type_.name in _SAFE


def is_constant(node: ListNode) -> bool:
    """Return whether a list holds nothing but literals."""
    return not node.optional and all(isinstance(item, Literal) for item in node.items)


def _membership(emitter: Emitter, node: Binary, left: Expr, one: Code, other: Code) -> Code:
    right = node.right
    fails = one.fails or other.fails
    item, container = left.type.name, right.type
    if (
        isinstance(right, ListNode)
        and is_constant(right)
        and _alike(left.type, container.parameters[0])
    ):
        values = tuple(each.value for each in right.items if isinstance(each, Literal))
        known = frozenset(values) if item == "string" else values
        return Code(py.compare(one.expr, py.IN, emitter.ref(known)), fails)
    helper = emitter.ref(operators.contains)
    if container.name == "map" and item in ("string", "int", "uint"):
        return Code(py.compare(one.expr, py.IN, other.expr), fails)
    record = emitter.hosts.types.get(container.name)
    if record is not None and record.json and item == "string":
        return Code(py.compare(one.expr, py.IN, other.expr), fails)
    native_list = container.name == "list" and _alike(left.type, container.parameters[0])
    native_map = container.name == "dyn" and item == "string"
    if (native_list or native_map) and _is_simple(one.expr):
        first, again = emitter.held(other.expr)
        if native_list:
            test = py.compare(py.call(emitter.ref(len), first), py.LT, py.constant(SMALL))
        else:
            test = py.compare(py.call(emitter.ref(type), first), py.IS, emitter.ref(dict))
        slow = emitter.at(py.call(helper, one.expr, again, emitter.meter()), node.at)
        native = py.compare(one.expr, py.IN, again)
        return Code(py.choose(test, native, slow), fails or native_map)
    call = py.call(helper, one.expr, other.expr, emitter.meter())
    dynamic = container.name != "list"
    return Code(emitter.at(call, node.at), fails or dynamic)


def _alike(item: Type, element: Type) -> bool:
    """Return whether Python finds an item of one type in a list of another just as CEL does."""
    if "string" in (item.name, element.name):
        return True
    return item.name in _INTS and element.name in _INTS
