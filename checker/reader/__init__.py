"""Files and bytes go in, sources, their data and the place of every node come out.

This is the only door: strict JSON, strict YAML, regular files of UTF-8, and nothing else.
"""

from __future__ import annotations

from checker.reader.files import SCHEME, display_path, identity, read_bytes, read_file
from checker.reader.limits import DEFAULT_LIMITS, Limits
from checker.reader.named import read_named
from checker.reader.reading import (
    YAML_SUFFIXES,
    Reading,
    parse,
    parse_json,
    parse_yaml,
    parse_yaml_documents,
)
from checker.reader.walk import Walk, walk

__all__ = [
    "DEFAULT_LIMITS",
    "SCHEME",
    "YAML_SUFFIXES",
    "Limits",
    "Reading",
    "Walk",
    "display_path",
    "identity",
    "parse",
    "parse_json",
    "parse_yaml",
    "parse_yaml_documents",
    "read_bytes",
    "read_file",
    "read_named",
    "walk",
]
