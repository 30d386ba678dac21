"""Reads files and bytes as strict JSON or YAML, and knows the place of every node.

All input comes through this package, which accepts only regular files in UTF-8.
"""

from __future__ import annotations

from checker.reader.files import (
    SCHEME,
    display_path,
    identity,
    open_regular,
    read_bytes,
    read_chunks,
    read_file,
    read_raw,
    reason,
)
from checker.reader.git_ignored import ignored
from checker.reader.globs import Globs
from checker.reader.limits import DEFAULT_LIMITS, Limits
from checker.reader.named import read_named
from checker.reader.reading import (
    YAML_SUFFIXES,
    Reading,
    is_json,
    parse,
    parse_json,
    parse_json_line,
    parse_yaml,
    parse_yaml_documents,
)
from checker.reader.root import AS_GIVEN, Root
from checker.reader.root import find as find_root
from checker.reader.walk import Walk, ending, walk

__all__ = [
    "AS_GIVEN",
    "DEFAULT_LIMITS",
    "SCHEME",
    "YAML_SUFFIXES",
    "Globs",
    "Limits",
    "Reading",
    "Root",
    "Walk",
    "display_path",
    "ending",
    "find_root",
    "identity",
    "ignored",
    "is_json",
    "open_regular",
    "parse",
    "parse_json",
    "parse_json_line",
    "parse_yaml",
    "parse_yaml_documents",
    "read_bytes",
    "read_chunks",
    "read_file",
    "read_named",
    "read_raw",
    "reason",
    "walk",
]
