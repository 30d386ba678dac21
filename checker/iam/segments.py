"""Finds to which ARNs a star at the end of a segment may run, over colons.

AWS says that such a star "can expand to match beyond the colon boundaries", and the answers of IAM
Access Analyzer's check for new access are those of stars that stay in their segments:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
So a policy has two readings, and it allows what it allows in one of them. A star runs only to ARNs
that may exist, such as `arn:aws:logs:eu-west-1:111122223333:log-group:x`: with a colon in the
resource part where the catalogue has one.
"""

from __future__ import annotations

import re
from functools import lru_cache

from checker.iam import catalogue
from checker.iam.arn import fold, in_full
from checker.iam.machine import Token, Wild
from checker.iam.patterns import Pattern, overlapping, pattern

_SERVICE = 2
"""The segment of an ARN that names the service."""
_COLONS = 6
"""The fewest colons of an ARN whose resource part has one."""
_VARIABLE = re.compile(r"\$\{[^}]*\}")
_ANYTHING = "arn:${Partition}:${Service}:${Region}:${Account}:${Type}:${Name}"


def far(text: str, meant: Pattern) -> tuple[Pattern, ...]:
    """Return the ARNs with a colon in the resource part to which an entry's stars may run.

    `meant` is the entry with stars that match colons. If the entry does not name a service that the
    catalogue knows, these are all such ARNs.
    """
    return overlapping(meant, _formats(_service(text)))


def runs_on(text: str) -> bool:
    """Return whether the service of an entry has ARNs with a colon in the resource part."""
    return bool(_formats(_service(text)))


def _service(text: str) -> str:
    parts = in_full(text).split(":", _SERVICE + 1)
    return fold(parts[_SERVICE]) if len(parts) > _SERVICE else ""


@lru_cache(maxsize=512)
def _formats(service: str) -> tuple[Pattern, ...]:
    if not catalogue.is_service(service):
        return (_format(_ANYTHING),)
    formats = catalogue.resource_formats(service)
    return tuple(_format(each) for each in formats if each.count(":") >= _COLONS)


def _format(text: str) -> Pattern:
    """Return an ARN format with any string without colons for its variables."""
    first, *others = _VARIABLE.split(text)
    tokens: list[Token] = [*first]
    for each in others:
        tokens += (Wild.SEGMENT_STAR, *each)
    return pattern(text, tokens)
