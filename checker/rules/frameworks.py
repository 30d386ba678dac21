"""Loads frameworks and the titles of their controls from the `controls.yaml` files of rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, cast

from checker.problems import InputError
from checker.reader import AS_GIVEN, Limits, Root, parse_yaml, read_file
from checker.reader.schema import Schema
from checker.report import Framework, Input
from checker.rules.rule_files import builtin_root, is_builtin, limits_of

FILE_NAME = "controls.yaml"
"""The name of the file in a directory of rules that lists controls and contains no rule."""


@cache
def _schema() -> Schema:
    return Schema.bundled("rules/controls.schema.json")


def load_frameworks(
    paths: Sequence[str], limits: Limits, root: Root = AS_GIVEN
) -> tuple[Mapping[str, Framework], tuple[Input, ...]]:
    """Return the frameworks by name, and the `controls.yaml` files of the given paths.

    The shipped frameworks are always included. A directory of rules may add frameworks and
    controls; the titles and sources that it gives replace the shipped ones. Raises InputError with
    all problems of the first file that has any.
    """
    frameworks = dict(_load(builtin_root() / FILE_NAME, limits, root)[0])
    inputs = []
    for path in dict.fromkeys(paths):
        file = Path(path) / FILE_NAME
        if not is_builtin(path) and file.is_file():
            found, given = _load(file, limits, root)
            inputs.append(given)
            for name, framework in found.items():
                known = frameworks.get(name, framework)
                controls = {**known.controls, **framework.controls}
                source = framework.source or known.source
                frameworks[name] = Framework(framework.title, source, controls)
    return frameworks, tuple(inputs)


def _load(path: Path, limits: Limits, root: Root) -> tuple[Mapping[str, Framework], Input]:
    limits = limits_of(str(path), limits)
    reading = parse_yaml(read_file(str(path), limits, root.name(str(path))), limits)
    if problems := _schema().problems(reading):
        raise InputError(*problems)
    data = cast("dict[str, Any]", reading.data)
    frameworks = {
        name: Framework(each["title"].strip(), each.get("source", ""), each["controls"])
        for name, each in data["frameworks"].items()
    }
    return frameworks, Input(reading.source.path, reading.source.sha256)
