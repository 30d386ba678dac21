"""Reads the files of a directory as one module.

https://developer.hashicorp.com/terraform/language/files
"""

from __future__ import annotations

import posixpath
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from checker.problems import InputError, Source
from checker.reader import Limits, read_bytes
from checker.reader.spans import Lines
from checker.sources.terraform import json_syntax, native
from checker.sources.terraform import syntax as s

if TYPE_CHECKING:
    from checker.sources.terraform.storage import Storage

SUFFIXES = (".tf", ".tofu", ".tf.json", ".tofu.json")
_VALUES = (".auto.tfvars", ".auto.tfvars.json")
_MOST_BYTES = 64 * 1024 * 1024
"""The most bytes of modules that are kept."""


@dataclass(slots=True, eq=False)
class File:
    """A file of Terraform, or a text in one that is read as a template."""

    name: str
    """Its name from the root of the repository."""
    source: Source
    body: s.Body | None = None
    _lines: Lines | None = None

    def lines(self) -> Lines:
        """Return the offsets at which its lines start."""
        if self._lines is None:
            self._lines = Lines.of(self.source.text)
        return self._lines

    def body_blocks(self, kind: str) -> Sequence[s.Block]:
        """Return its blocks of a kind."""
        return self.body.blocks(kind) if self.body else ()

    def text(self, span: s.Span) -> str:
        """Return the text of a span, with each run of blanks as one space."""
        return " ".join(self.source.text[span[0] : span[1]].split())

    def line(self, span: s.Span) -> int:
        """Return the number of the line on which a span begins."""
        return self.source.text.count("\n", 0, span[0]) + 1


class Found(NamedTuple):
    """A block in a file."""

    file: File
    block: s.Block


class Given(NamedTuple):
    """An expression in a file."""

    file: File
    value: s.Expression


@dataclass(slots=True, eq=False)
class Module:
    """What the files of a directory declare."""

    folder: str
    files: dict[str, File] = field(default_factory=dict)
    broken: dict[str, InputError] = field(default_factory=dict)
    """The files that could not be read."""
    variables: dict[str, Found] = field(default_factory=dict)
    locals: dict[str, tuple[File, s.Body]] = field(default_factory=dict)
    outputs: dict[str, Found] = field(default_factory=dict)
    calls: dict[str, Found] = field(default_factory=dict)
    """The calls of modules, by name."""
    resources: dict[tuple[str, str], Found] = field(default_factory=dict)
    data: dict[tuple[str, str], Found] = field(default_factory=dict)
    every: list[Found] = field(default_factory=list)
    """All blocks."""
    values: dict[str, tuple[File, s.Body]] = field(default_factory=dict)
    """The values of variables in `terraform.tfvars` and `*.auto.tfvars`."""
    size: int = 0

    def source_of(self, call: Found) -> str | None:
        """Return the path that a call of a module names; None if it is not written out."""
        given = call.block.body.attribute("source")
        if not isinstance(given, s.Template) or not all(isinstance(x, s.Run) for x in given.parts):
            return None
        return "".join(x.text for x in given.parts if isinstance(x, s.Run))


class Modules:
    """The modules of a repository, of which the last ones are kept."""

    def __init__(self, storage: Storage, limits: Limits) -> None:
        self.storage = storage
        self.limits = limits
        self._known: OrderedDict[str, Module] = OrderedDict()

    def module(self, folder: str) -> Module:
        """Return the module in a directory; it is empty if there is none."""
        if folder in self._known:
            self._known.move_to_end(folder)
            return self._known[folder]
        made = self._read(folder)
        self._known[folder] = made
        while len(self._known) > 1 and sum(x.size for x in self._known.values()) > _MOST_BYTES:
            self._known.popitem(last=False)
        return made

    def _read(self, folder: str) -> Module:
        module = Module(folder)
        names = self.storage.names(folder)
        for name in names:
            if name.lower().endswith(SUFFIXES) and not name.startswith("."):
                file = self._file(module, posixpath.join(folder, name))
                if file is not None and file.body is not None:
                    _declare(module, file, file.body)
        tfvars = [x for x in ("terraform.tfvars", "terraform.tfvars.json") if x in names]
        for name in (*tfvars, *(x for x in names if x.endswith(_VALUES))):
            file = self._file(module, posixpath.join(folder, name))
            if file is not None and file.body is not None:
                for each in file.body.attributes():
                    module.values[each] = file, file.body
        return module

    def _file(self, module: Module, name: str) -> File | None:
        try:
            data = self.storage.read(name, self.limits)
            module.size += len(data)
            if module.size > _MOST_BYTES:
                return None
            source = read_bytes(self.storage.shown(name), data, self.limits)
            read = json_syntax.read if name.lower().endswith(".json") else native.read
            module.files[name] = File(name, source, read(source, self.limits))
        except InputError as error:
            module.broken[name] = error
            return None
        return module.files[name]


def _declare(module: Module, file: File, body: s.Body) -> None:
    for block in body.blocks():
        found = Found(file, block)
        module.every.append(found)
        if block.kind == "locals":
            for name in block.body.attributes():
                module.locals.setdefault(name, (file, block.body))
        elif block.kind in {"resource", "data"} and len(block.labels) == 2:  # noqa: PLR2004 - type and name
            known = module.resources if block.kind == "resource" else module.data
            known.setdefault((block.labels[0], block.labels[1]), found)
        elif block.kind in {"variable", "output", "module"} and block.labels:
            kinds = {"variable": module.variables, "output": module.outputs}
            kinds.get(block.kind, module.calls).setdefault(block.labels[0], found)
