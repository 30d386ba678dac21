"""Compares the number of a list's items where it is in doubt whether some of them are in it.

`list.filter(x, p).size()` lies between the number of items for which `p` is true and that number
plus those for which it is in doubt. A comparison with a number is decided if all numbers from the
least to the most agree on it; `size() == 0` is then false as soon as one item is in the list for
sure, just as `!list.exists(x, p)` is.
"""

from __future__ import annotations

import operator
from collections.abc import Callable

from checker.cel.ast import Binary, Call, Comprehension, Expr, Ident, Literal
from checker.errors import Partial

HOLDS: dict[str, Callable[[int, int], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
"""Whether a comparison of the number of a list's items with another number holds."""


def counted(node: Binary, left: Expr) -> Comprehension | Ident | None:
    """Return the list of a comparison such as `list.size() == 0`; None of any other operation.

    `left` is the left operand of `node`. The list is a `filter`, the only one that may be known in
    part, or a variable, which may be the name of one.
    """
    right = node.right
    if not isinstance(right, Literal) or type(right.value) is not int:
        return None
    if node.op not in HOLDS or not isinstance(left, Call) or left.name != "size":
        return None
    listed = left.operands[0] if len(left.operands) == 1 else None
    if isinstance(listed, Comprehension):
        return listed if listed.macro == "filter" else None
    if isinstance(listed, Ident) and listed.variable and listed.type.name == "list":
        return listed
    return None


def settled(op: str, number: int, error: Exception, partial: Partial | None) -> bool:
    """Return whether a comparison holds of a list whose evaluation raised an error.

    Raises the error if what is known of the list does not decide that.
    """
    if partial is not None:
        least = len(partial.certain)
        most = least + partial.doubtful
        nearest = min(max(number, least), most)
        found = {HOLDS[op](count, number) for count in (least, nearest, most)}
        if len(found) == 1:
            return found.pop()
    raise error
