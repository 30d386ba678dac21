"""Tells by their bytes which files may be templates, and reads those that are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checker.problems import InputError
from checker.reader import is_json, parse_json

if TYPE_CHECKING:
    from checker.problems import Source
    from checker.reader import Limits, Reading

_MARKS = ((b"AWS::", b"Resources"), (b"service", b"provider", b"aws"))
"""Bytes of which a template of CloudFormation, or a serverless.yml, has all."""
_ATTACHED = re.compile(
    rb"""Policies["']?\s*+:|PolicyArns?["']?\s*+:|ManagedPolicies|iamManagedPolicies"""
)
"""Keys that name managed policies or templates of policies, beside which no statement stands."""
_ESCAPED = re.compile(rb"\\(?:u00|x|U000000)(?:3[Aa]|[4-7][0-9A-Fa-f])")
"""An escape that may spell a character of a key or a type."""


def may_attach(data: bytes) -> bool:
    """Say whether bytes look like a template that names managed policies."""
    if b"AWS::" not in data and b"provider" not in data:
        return False
    is_template = any(all(mark in data for mark in marks) for marks in _MARKS)
    return is_template and _ATTACHED.search(data) is not None


def may_hide(data: bytes) -> bool:
    """Say whether bytes may spell the keys of such a template with escapes."""
    return b"\\" in data and _ESCAPED.search(data) is not None


def readings(source: Source, data: bytes, limits: Limits) -> list[Reading]:
    """Return the readings of a template in JSON or YAML; none if it cannot be read as one."""
    if not any(all(mark in data for mark in marks) for marks in _MARKS):
        return []
    from checker.reader.reading import parse_dialect  # noqa: PLC0415 - few files are templates
    from checker.sources import cloudformation  # noqa: PLC0415 - as above
    from checker.sources.cloudformation.sections import YAML  # noqa: PLC0415 - as above

    try:
        found = (
            [parse_json(source, limits)] if is_json(source) else parse_dialect(source, limits, YAML)
        )
    except InputError:
        return []
    return found if any(map(cloudformation.template, found)) else []
