"""Reads the values of variables in a file of Terraform's that a user names.

https://developer.hashicorp.com/terraform/language/values/variables#variable-definitions-tfvars-files
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.problems import InputError, Problem
from checker.sources.chosen_values import Given
from checker.sources.terraform.instances import Instance, Scope
from checker.sources.terraform.modules import File, Module, Modules
from checker.sources.terraform.native import read
from checker.sources.terraform.run import Run
from checker.sources.terraform.shared import Shared
from checker.sources.terraform.storage import Held
from checker.sources.terraform.typed_values import TooLargeError, is_known, plain
from checker.sources.worlds import Fork, World

if TYPE_CHECKING:
    from checker.problems import Json, Source
    from checker.reader import Limits


def variables(source: Source, limits: Limits) -> dict[str, Json]:
    """Return the values in a file; raises InputError if one is not written out."""
    body = read(source, limits)
    file = File(source.path, source, body)
    top = Instance(Module(""))
    run = Run(Shared(Modules(Held({}), limits), top, Given()), World(), set())
    found: dict[str, Json] = {}
    for name in body.attributes():
        node = body.attribute(name)
        if node is None:
            continue
        try:
            value = run.value(node, Scope(top, file))
            known = is_known(value)
        except (Fork, TooLargeError):
            known = False
        if not known:
            place = file.lines().location(*node.span)
            message = f"the value of `{name}` is not written out"
            raise InputError(Problem.at(source, message, place))
        found[name] = plain(value)
    return found
