"""Reads files that expressions name, within the repository.

https://developer.hashicorp.com/terraform/language/functions/templatefile
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from checker.problems import InputError
from checker.reader import read_bytes
from checker.sources.terraform import syntax as s
from checker.sources.terraform.instances import Scope
from checker.sources.terraform.modules import File
from checker.sources.terraform.native import template
from checker.sources.terraform.storage import within
from checker.sources.terraform.typed_values import State, Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checker.problems import Source
    from checker.sources.terraform.run import Run

_PATHS = "//"


def file_text(run: Run, path: Value, scope: Scope, span: s.Span) -> Value:
    """Return the text of a file that is named; it is open if the name is."""
    name = _name(run, path, scope, span)
    if name is None:
        return run.opened_at(scope, span)
    return Value(_source(run, name, scope, span).text, scope.file, span)


def rendered_file(
    run: Run, path: Value, names: Mapping[str, Value], scope: Scope, span: s.Span
) -> Value:
    """Return the text that a template in a file makes; it is open if the name is."""
    name = _name(run, path, scope, span)
    if name is None:
        return run.opened_at(scope, span)
    templates = run.shared.templates
    if name not in templates:
        try:
            whole, node = template(_source(run, name, scope, span), run.modules.limits)
        except InputError as error:
            message = f"the template `{name}` cannot be read: {error.problems[0].message}"
            raise run.refused(message, scope, span) from None
        templates[name] = File(name, whole), node
    file, node = templates[name]
    made = run.template(node, Scope(scope.instance, file, {**names}))
    return made._replace(file=scope.file, span=span, pieces=(), key=None, source=None)


def _name(run: Run, path: Value, scope: Scope, span: s.Span) -> str | None:
    if not isinstance(path.data, str) or path.state is not State.KNOWN:
        return None
    text = path.data
    if text.startswith(_PATHS):
        folder, text = "", text.removeprefix(_PATHS)
        text = text.lstrip("/")
    else:
        folder = scope.instance.top.folder
    name = within(folder, text) if not text.startswith("/") else None
    if name is None:
        raise run.refused("this file is outside the repository, so it is not read", scope, span)
    found = posixpath.normpath(name)
    run.shared.read.add(found)
    return found


def _source(run: Run, name: str, scope: Scope, span: s.Span) -> Source:
    try:
        data = run.modules.storage.read(name, run.modules.limits)
        return read_bytes(run.modules.storage.shown(name), data, run.modules.limits)
    except InputError as error:
        message = f"the file `{name}` cannot be read: {error.problems[0].message}"
        raise run.refused(message, scope, span) from None
