"""Finds the policies in CloudFormation templates, and renders them in every way that is open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from checker.sources.cloudformation.boundaries import boundaries
from checker.sources.cloudformation.nesting import nested
from checker.sources.cloudformation.policies import address, attached, places, unlike
from checker.sources.cloudformation.sections import is_template
from checker.sources.cloudformation.sections import template as of_cloudformation
from checker.sources.cloudformation.serverless import is_serverless, serverless, statements
from checker.sources.cloudformation.variants import variants
from checker.sources.parameter_files import Given

if TYPE_CHECKING:
    from checker.problems import Route
    from checker.reader import Limits, Reading
    from checker.sources.cloudformation.sections import Template
    from checker.sources.part import Part, Refused


NOTHING = Given()

__all__ = ["address", "nested", "parts", "template", "unlike"]


def template(reading: Reading) -> Template | None:
    """Return the template that a reading is; None if it is none."""
    if is_template(reading.data):
        return of_cloudformation(reading)
    return serverless(reading) if is_serverless(reading.data) else None


def parts(
    found: Template,
    limits: Limits,
    given: Given = NOTHING,
    is_elsewhere: Callable[[str], bool] = lambda _: True,
) -> Iterator[tuple[Route, list[Part | Refused]]]:
    """Yield the place of each policy in a template, with the ways in which it may be rendered.

    `is_elsewhere` says whether another file of the run has a text, such as a policy's name.
    """
    only = boundaries(found, is_elsewhere)
    for place in (*statements(found), *places(found), *attached(found)):
        if place.logical in only and place.form is not None:
            place = place._replace(kind="aws-permissions-boundary", inferred=True)  # noqa: PLW2901
        yield place.route, variants(found, place, limits, given)
