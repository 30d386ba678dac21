"""Finds the policies that stand in a file, by the modules that use what stands in it."""

from __future__ import annotations

import posixpath
import re
from collections import OrderedDict
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from checker.problems import InputError, Problem
from checker.sources import look
from checker.sources.chosen_values import Given
from checker.sources.part import Refused
from checker.sources.terraform.bounding import boundary_name
from checker.sources.terraform.calls import chains
from checker.sources.terraform.cases import Decided, Located, decided
from checker.sources.terraform.instances import Instance
from checker.sources.terraform.modules import SUFFIXES, File, Modules
from checker.sources.terraform.native import comments
from checker.sources.terraform.policy_places import (
    Place,
    document_places,
    known_places,
    other_places,
)
from checker.sources.terraform.shared import Shared
from checker.sources.terraform.storage import within

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from checker.problems import Source
    from checker.reader import Limits
    from checker.sources.part import Part
    from checker.sources.terraform import syntax as s
    from checker.sources.terraform.storage import Storage

_CALL = re.compile(rb"""source["']?[ \t]*[=:][ \t]*"(\.\.?/[^"$%\n]*)\"""")
MOST_CHAINS = 2_000
"""The most uses of modules that are followed from one directory."""
_MOST_APPLIED = 16
"""The most directories whose policies are kept."""


@dataclass(slots=True, eq=False)
class Applied:
    """The policies of a directory that is applied, and of the modules that it calls."""

    found: dict[str, list[Located]] = field(default_factory=dict)
    """By the name of the file in which they stand."""
    taken: dict[str, set[s.Span]] = field(default_factory=dict)
    """What they are made of, by file."""
    read: set[str] = field(default_factory=set)
    """The names of the files that expressions name."""
    is_whole: bool = True
    """Whether all uses of modules were followed."""

    def add(self, made: Decided) -> None:
        """Add the policies of a place."""
        for each in made.found:
            self.found.setdefault(each.file.name, []).append(each)
            self.taken.setdefault(each.file.name, set()).add(each.span)
        for name, span in (*made.taken, *made.used):
            self.taken.setdefault(name, set()).add(span)


class Repository:
    """The Terraform files of a run."""

    def __init__(
        self,
        storage: Storage,
        names: Sequence[str],
        limits: Limits,
        given: Given = Given(),  # noqa: B008 - it does not change
    ) -> None:
        self._given = given
        self._modules = Modules(storage, limits)
        self._limits = limits
        self._names = names
        self._applied: OrderedDict[str, Applied] = OrderedDict()
        self._callers: dict[str, set[str]] | None = None

    def file(self, name: str) -> File:
        """Return a file; raises InputError if it cannot be read."""
        module = self._modules.module(posixpath.dirname(name))
        if name in module.broken:
            raise module.broken[name]
        if name not in module.files:
            raise InputError(Problem(name, "it is not among the files of its directory"))
        return module.files[name]

    def parts(self, name: str) -> list[Part | Refused]:
        """Return the policies that stand in a file, in order.

        Raises InputError if the file cannot be read.
        """
        file = self.file(name)
        found = sorted(self._located(name), key=lambda each: each.span)
        return [*self._not_followed(file), *(each.part for each in found)]

    def _not_followed(self, file: File) -> list[Refused]:
        """Return an error for a file of a module with more uses than are followed."""
        # INVARIANT: a use of a module that is not followed is no use that passes.
        if all(self._apply(x).is_whole for x in self._roots(posixpath.dirname(file.name))):
            return []
        message = f"calls lead to more than {MOST_CHAINS:,} modules: check the plan instead"
        return [Refused("", (Problem.at(file.source, message, file.lines().location(0, 0)),))]

    def left(self, name: str) -> tuple[Source, int] | None:
        """Return the source and the offset of a statement that is in none of the policies."""
        file = self.file(name)
        text = _without(file.source.text, self._taken(name))
        place = look.statement(text)
        if place is None:
            return None
        if not name.lower().endswith(".json"):
            text = _without(text, comments(file.source, self._limits))
            place = look.statement(text)
        return None if place is None else (file.source, place)

    def boundary_name(self, name: str, part: str) -> str | None:
        """Return the name of a policy that is used as a boundary only; None if it may grant.

        `name` is the file in which it stands, and `part` its address.
        """
        kind, _, label = part.partition(".")
        if kind != "aws_iam_policy" or not label.replace("-", "_").isidentifier():
            return None
        return boundary_name(self._modules.module(posixpath.dirname(name)), label)

    def is_taken(self, name: str, labels: Sequence[str]) -> bool:
        """Return whether something of a block is a policy; `labels` are its kind and its labels."""
        taken = self._taken(name)
        for block in self.file(name).body_blocks(labels[0]):
            start, end = block.span
            if list(block.labels) == list(labels[1:]) and any(
                start <= first and last <= end for first, last in taken
            ):
                return True
        return False

    def renders(self, name: str) -> bool:
        """Return whether an expression in some file makes a text of a file that is a template."""
        last = posixpath.basename(name).encode()
        for each in self._names:
            try:
                data = self._modules.storage.read(each, self._limits)
            except InputError:
                continue
            if last in data and b"templatefile" in data:
                folder = posixpath.dirname(each)
                if any(name in self._apply(root).read for root in self._roots(folder)):
                    return True
        return False

    def _located(self, name: str) -> list[Located]:
        folder = posixpath.dirname(name)
        roots = self._roots(folder)
        known: dict[tuple[str, tuple[str, ...]], tuple[str, str]] = {}
        every: list[Located] = []
        for root in roots:
            for found in self._apply(root).found.get(name, ()):
                each = found
                key = each.part.name, each.part.when if not isinstance(each.part, Refused) else ()
                text = _text(each)
                if key in known and known[key] == (text, root):
                    continue
                if key in known and known[key][1] != root:
                    if known[key][0] == text:
                        continue
                    where = root or "."
                    each = each._replace(part=each.part._replace(name=f"{key[0]} ({where})"))
                known.setdefault(key, (text, root))
                every.append(each)
        if folder not in roots:
            # INVARIANT: what no call of the module makes is decided as if it were applied itself.
            seen = {each.span for each in every}
            places = {each.place for each in every}
            every += [
                each
                for each in self._apply(folder).found.get(name, ())
                if each.span not in seen and each.place not in places
            ]
        return every

    def _taken(self, name: str) -> set[s.Span]:
        folder = posixpath.dirname(name)
        roots = {*self._roots(folder), folder}
        return set().union(*(self._apply(root).taken.get(name, set()) for root in roots))

    def _apply(self, folder: str) -> Applied:
        """Return the policies of a directory that is applied."""
        if folder not in self._applied:
            self._applied[folder] = self._made(folder)
            while len(self._applied) > _MOST_APPLIED:
                self._applied.popitem(last=False)
        return self._applied[folder]

    def _made(self, folder: str) -> Applied:
        made = Applied()
        top = self._modules.module(folder)
        every = list(islice(chains(self._modules, top), MOST_CHAINS + 1))
        made.is_whole = len(every) <= MOST_CHAINS
        shared = Shared(self._modules, Instance(top), self._given)
        used: set[tuple[str, s.Span]] = set()
        for chain in every:
            for place in known_places(chain):
                result = self._decided(place, shared, made)
                used |= result.used
        for chain in every:
            for place in document_places(chain):
                file, block = place.found
                if (file.name, block.span) not in used:
                    used |= self._decided(place, shared, made).used
        for chain in every:
            left = {
                file.name: _without(file.source.text, made.taken.get(file.name, set()))
                for file in chain.module.files.values()
                if look.policy(file.source.text)
            }
            for place in other_places(chain, left):
                self._decided(place, shared, made, is_certain=False)
        made.read = shared.read
        return made

    def _decided(
        self, place: Place, shared: Shared, made: Applied, *, is_certain: bool = True
    ) -> Decided:
        result = decided(shared, place)
        if not is_certain:
            result = result._replace(found=[x for x in result.found if _is_policy(x)])
        made.add(result)
        if is_certain and not result.found and place.argument:
            span = _argument_span(place)
            if span is not None and not result.taken:
                made.taken.setdefault(place.found.file.name, set()).add(span)
        if not place.argument:
            made.taken.setdefault(place.found.file.name, set()).add(place.found.block.span)
        return result

    def _roots(self, folder: str) -> list[str]:
        """Return the directories that are applied and use the module in a directory."""
        callers = self._who_calls()
        found: list[str] = []
        seen = {folder}
        todo = [folder]
        while todo:
            each = todo.pop(0)
            above = callers.get(each, set())
            if not above:
                found.append(each)
            for caller in sorted(above - seen):
                seen.add(caller)
                todo.append(caller)
        return found or [folder]

    def _who_calls(self) -> dict[str, set[str]]:
        if self._callers is None:
            self._callers = {}
            for name in self._names:
                if not name.lower().endswith(SUFFIXES):
                    continue
                try:
                    data = self._modules.storage.read(name, self._limits)
                except InputError:
                    continue
                folder = posixpath.dirname(name)
                for source in _CALL.findall(data):
                    called = within(folder, source.decode("utf-8", "replace"))
                    if called is not None and called != folder:
                        self._callers.setdefault(called, set()).add(folder)
        return self._callers


def _argument_span(place: Place) -> s.Span | None:
    node = place.found.block.body.attribute(place.argument)
    return node.span if node is not None else None


def _is_policy(located: Located) -> bool:
    from checker.sources.wrapped import is_policy  # noqa: PLC0415 - only for what may be one

    part = located.part
    return not isinstance(part, Refused) and is_policy(part.reading.data)


def _text(located: Located) -> str:
    part = located.part
    return repr(part.problems) if isinstance(part, Refused) else repr(part.reading.data)


def _without(text: str, taken: Iterable[s.Span]) -> str:
    """Return a text with blanks in place of spans, and its line breaks."""
    pieces: list[str] = []
    end = 0
    for start, stop in sorted(taken):
        if stop <= end:
            continue
        first = max(start, end)
        pieces += [text[end:first], re.sub(r"[^\n]", " ", text[first:stop])]
        end = stop
    return "".join(pieces) + text[end:]
