"""Tells which policies are used as permissions boundaries and nothing else.

A boundary only limits what other policies grant, so rules about grants do not apply to it.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checker.sources.terraform import syntax as s

if TYPE_CHECKING:
    from checker.sources.terraform.modules import Module

_TYPE = "aws_iam_policy"


def boundary_name(module: Module, label: str) -> str | None:
    """Return the name of a policy that its module uses as a boundary only; None if it may grant.

    A policy may grant if anything else refers to it, if its name is not written out, or if the name
    stands in the module once more.
    """
    found = module.resources.get((_TYPE, label))
    given = found.block.body.attribute("name") if found else None
    match given:
        case s.Template(_, (s.Run(_, name, True),)):
            pass
        case _:
            return None
    texts = [file.source.text for file in module.files.values()]
    reference = re.compile(
        rf"(permissions_boundary\s*=\s*)?(?<![\w.-]){_TYPE}\.{re.escape(label)}(?![\w-])"
    )
    uses = [each for text in texts for each in reference.finditer(text)]
    # INVARIANT: what may be attached as well is no boundary, as its grants would not be checked.
    if module.broken or not uses or not all(each[1] for each in uses):
        return None
    return name if sum(text.count(name) for text in texts) == 1 else None
