"""Plants a mistake in a copy of the package, at a place that is found by its syntax.

A mistake stands in a function, a class or a variable, which is named as in `Waivers.apply`, without
its module. Code is compared as syntax trees. A function may therefore move to another module, and
its code may be formatted anew.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, TypeAlias

Nodes: TypeAlias = Sequence[ast.AST]


class Mistake(NamedTuple):
    """Wrong code in place of right code.

    `within` is the qualified name of what holds the right code. `right` is one of

    - an expression,
    - statements,
    - `name = value`, which is a statement or an argument of a call,
    - `except` clauses.

    A compound statement may have the body `...`, which stands for any body, and for the same one in
    `wrong`. Where `wrong` is empty, what is right is left out.
    """

    within: str
    right: str
    wrong: str

    @classmethod
    def of(cls, entry: Mapping[str, str]) -> Mistake:
        """Return the mistake of an entry of a YAML file, where `in` stands for `within`."""
        return cls(entry["in"], entry["right"], entry["wrong"])


class PlantingError(Exception):
    """The right code of a mistake stands nowhere, or at several places."""


@dataclass(frozen=True, slots=True)
class _Place:
    """One node of a module: an item of a list, or all of a field where the index is None."""

    path: Path
    parent: ast.AST
    field: str
    index: int | None
    node: ast.AST

    def nodes(self, count: int) -> Nodes:
        """Return as many nodes of the same list as there are, from this one on."""
        if self.index is None:
            return [self.node]
        items: list[ast.AST] = getattr(self.parent, self.field)
        return items[self.index : self.index + count]


@dataclass(frozen=True, slots=True)
class _Rewrite:
    """Some nodes in place of as many as are right, from a place on."""

    place: _Place
    count: int
    wrong: Nodes


class Package:
    """The modules of a package as syntax trees."""

    def __init__(self, root: Path) -> None:
        """Read all modules under a folder."""
        self._trees: dict[Path, ast.Module] = {}
        self._owners: dict[str, list[_Place]] = {}
        for path in sorted(root.rglob("*.py")):
            self._trees[path] = tree = ast.parse(path.read_text(encoding="utf-8"))
            for name, place in _owners(path, tree, ""):
                self._owners.setdefault(name, []).append(place)

    def source(self, mistake: Mistake) -> tuple[Path, str]:
        """Return the module that a mistake belongs to, and its source with the mistake.

        Raises PlantingError unless the right code stands at exactly one place.
        """
        owners = self._owners.get(mistake.within, [])
        pairs = list(_readings(mistake.right, mistake.wrong))
        found = [
            rewrite
            for owner in owners
            for place in _within(owner)
            for pair in pairs
            for rewrite in _rewrites(place, *pair)
        ]
        if len(found) != 1:
            raise PlantingError(
                f"`right` stands {len(found)} times in `{mistake.within}`, "
                f"which is the name of {len(owners)} definitions"
            )
        return found[0].place.path, self._rewritten(found[0])

    def _rewritten(self, rewrite: _Rewrite) -> str:
        """Return the source of a module with a rewrite, and leave its tree as it is."""
        place = rewrite.place
        before = getattr(place.parent, place.field)
        after: ast.AST | list[ast.AST]
        if place.index is None:
            (after,) = rewrite.wrong
        else:
            rest = before[place.index + rewrite.count :]
            after = [*before[: place.index], *rewrite.wrong, *rest]
            if not after and isinstance(place.node, ast.stmt):
                after = [ast.Pass()]
        setattr(place.parent, place.field, after)
        try:
            return ast.unparse(ast.fix_missing_locations(self._trees[place.path]))
        finally:
            setattr(place.parent, place.field, before)


@contextmanager
def planted(mistake: Mistake, package: Package) -> Iterator[None]:
    """Write a mistake into its module for a while; raises PlantingError as `Package.source`."""
    path, source = package.source(mistake)
    sound = path.read_text(encoding="utf-8")
    path.write_text(source, encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(sound, encoding="utf-8")


def _owners(path: Path, node: ast.AST, prefix: str) -> Iterator[tuple[str, _Place]]:
    """Yield the functions, classes and variables in a node with their qualified names."""
    for place in _children(path, node):
        name = _name(place.node)
        if name:
            yield prefix + name, place
        yield from _owners(path, place.node, f"{prefix}{name}." if name else prefix)


def _name(node: ast.AST) -> str | None:
    match node:
        case (
            ast.FunctionDef(name=name)
            | ast.AsyncFunctionDef(name=name)
            | ast.ClassDef(name=name)
            | ast.Assign(targets=[ast.Name(id=name)])
            | ast.AnnAssign(target=ast.Name(id=name))
        ):
            return name
    return None


def _children(path: Path, node: ast.AST) -> Iterator[_Place]:
    for field, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            yield _Place(path, node, field, None, value)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, ast.AST):
                    yield _Place(path, node, field, index, item)


def _within(place: _Place) -> Iterator[_Place]:
    """Yield a place, and those of all nodes below it."""
    yield place
    for child in _children(place.path, place.node):
        yield from _within(child)


def _readings(right: str, wrong: str) -> Iterator[tuple[Nodes, Nodes]]:
    """Yield what code may mean as nodes: expressions, statements, arguments or clauses."""
    if right.startswith("except"):
        yield _handlers(right), _handlers(wrong)
        return
    match ast.parse(right).body, ast.parse(wrong).body:
        case [ast.Expr(value=before)], [ast.Expr(value=after)]:
            yield [before], [after]
        case before, after:
            yield before, after
            arguments = [_arguments(each) for each in (before, after)]
            if None not in arguments:
                yield arguments[0] or [], arguments[1] or []


def _handlers(code: str) -> Nodes:
    statement = ast.parse(f"try: ...\n{code}\nfinally: ...").body[0]
    return statement.handlers if isinstance(statement, ast.Try) else []


def _arguments(statements: Sequence[ast.stmt]) -> list[ast.keyword] | None:
    """Return assignments as arguments of a call, or None where there are other statements."""
    found = []
    for statement in statements:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                found.append(ast.keyword(arg=name, value=value))
            case _:
                return None
    return found


def _rewrites(place: _Place, right: Nodes, wrong: Nodes) -> Iterator[_Rewrite]:
    """Yield a rewrite where the right nodes stand from a place on."""
    found = place.nodes(len(right))
    if [type(each) for each in found] != [type(each) for each in right]:
        return
    pairs = zip(found, right, strict=True)
    body = next((_body(each) for each, pattern in pairs if _is_open(pattern)), [])
    if [ast.dump(each) for each in found] == [ast.dump(_closed(each, body)) for each in right]:
        yield _Rewrite(place, len(right), [_closed(each, body) for each in wrong])


def _body(node: ast.AST) -> list[ast.stmt]:
    body: list[ast.stmt] = getattr(node, "body", [])
    return body


def _is_open(node: ast.AST) -> bool:
    """Say whether a compound statement has the body `...`."""
    match getattr(node, "body", None):
        case [ast.Expr(value=ast.Constant(value=value))]:
            return value is ...
    return False


def _closed(node: ast.AST, body: list[ast.stmt]) -> ast.AST:
    """Return a node with a body in place of `...`."""
    if not _is_open(node):
        return node
    closed = copy.copy(node)
    closed.__dict__["body"] = body
    return closed
