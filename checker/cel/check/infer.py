"""Decides which types are assignable to which, with type variables, as cel-go's checker does.

https://github.com/google/cel-go/blob/master/checker/types.go
"""

from __future__ import annotations

from collections.abc import Sequence

from checker.cel.types import DYN, TYPE, Type

_SCALARS = frozenset({"bool", "int", "uint", "double", "string", "bytes", "list", "map"})


class Inference:
    """The type variables of one expression, and the types that they are bound to so far."""

    __slots__ = ("_count", "_trail", "found")

    def __init__(self) -> None:
        self.found: dict[str, Type] = {}
        self._trail: list[tuple[str, Type | None]] = []
        self._count = 0

    def variable(self) -> Type:
        """Return a new type variable."""
        self._count += 1
        return Type(f"?{self._count}")

    def fresh(self, parameters: Sequence[Type], result: Type) -> tuple[Sequence[Type], Type]:
        """Return a signature with new type variables in place of its type parameters."""
        if not (result.open or any(parameter.open for parameter in parameters)):
            return parameters, result
        names: dict[str, Type] = {}
        return [self._renamed(each, names) for each in parameters], self._renamed(result, names)

    def _renamed(self, type_: Type, names: dict[str, Type]) -> Type:
        if not type_.open:
            return type_
        if type_.parameters:
            return Type(type_.name, tuple(self._renamed(each, names) for each in type_.parameters))
        if type_.name not in names:
            names[type_.name] = self.variable()
        return names[type_.name]

    def assign(self, given: Sequence[Type], wanted: Sequence[Type]) -> bool:
        """Return whether each given type is assignable to its wanted one; if so, bind variables.

        If any is not, no variable is bound.
        """
        start = len(self._trail)
        for one, other in zip(given, wanted, strict=True):
            if not self._assign(one, other):
                self._undo(start)
                return False
        return True

    def _undo(self, start: int) -> None:
        while len(self._trail) > start:
            name, before = self._trail.pop()
            if before is None:
                del self.found[name]
            else:
                self.found[name] = before

    def _set(self, name: str, type_: Type) -> None:
        self._trail.append((name, self.found.get(name)))
        self.found[name] = type_

    def _assign(self, one: Type, other: Type) -> bool:
        if one == other:
            return True
        if other.name[0] == "?":
            valid, known = self._substitute(one, other)
            if valid or known:
                return valid
        if one.name[0] == "?":
            return self._substitute(other, one)[0]
        if one is DYN or other is DYN or one.name == "dyn" or other.name == "dyn":
            return True
        if one.name == "null_type":
            return _nullable(other)
        if other.name == "null_type":
            return _nullable(one)
        if one.name != other.name:
            return False
        if one.name == TYPE.name or len(one.parameters) != len(other.parameters):
            return one.name == TYPE.name
        return all(map(self._assign, one.parameters, other.parameters))

    def _substitute(self, type_: Type, variable: Type) -> tuple[bool, bool]:
        """Bind a variable to a type; return whether that works, and whether it was bound before."""
        known = self.found.get(variable.name)
        if known is not None:
            if type_ == known:
                return True, True
            if not self._assign(type_, known):
                return False, True
            general = _general(type_, known)
            if not self._within(variable, general):
                self._set(variable.name, general)
            return True, True
        if self._within(variable, type_):
            return False, False
        self._set(variable.name, type_)
        return True, False

    def _within(self, variable: Type, type_: Type) -> bool:
        """Return whether a type contains a variable."""
        if not type_.open:
            return False
        if type_ == variable:
            return True
        known = self.found.get(type_.name) if type_.name[0] == "?" else None
        if known is not None:
            return self._within(variable, known)
        return any(self._within(variable, each) for each in type_.parameters)

    def joined(self, before: Type, now: Type) -> Type:
        """Return the type of a list's elements if two have these types: the wider one, or dyn."""
        if before == now:
            return before
        if self.assign((before,), (now,)):
            return _general(before, now)
        return DYN

    def resolved(self, type_: Type, *, closed: bool = False) -> Type:
        """Return a type with its bound variables replaced; if `closed`, unbound ones become dyn."""
        if not type_.open:
            return type_
        if type_.name[0] == "?":
            known = self.found.get(type_.name)
            if known is not None:
                return self.resolved(known, closed=closed)
            return DYN if closed else type_
        parameters = tuple([self.resolved(each, closed=closed) for each in type_.parameters])
        return Type(type_.name, parameters)


def _nullable(type_: Type) -> bool:
    return type_.name not in _SCALARS


def _general(one: Type, other: Type) -> Type:
    """Return the wider of two types of which one is assignable to the other."""
    if one == other or one.name == "dyn" or one.name[0] == "?":
        return one
    if other.name == "dyn" or other.name[0] == "?":
        return other
    if one.name == "null_type" or other.name == "null_type":
        return other if one.name == "null_type" else one
    if one.name == TYPE.name or one.name != other.name:
        return one
    return Type(one.name, tuple(map(_general, one.parameters, other.parameters)))


def covers(wanted: Type, given: Type) -> bool:
    """Return whether every value of the given type is sure to be of the wanted type."""
    if wanted.open and not wanted.parameters:
        return True
    if wanted.name == "dyn":
        return True
    if wanted.name != given.name:
        return False
    return wanted.name == TYPE.name or all(map(covers, wanted.parameters, given.parameters))
