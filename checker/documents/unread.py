"""Makes the problems for policies in places where this tool does not read them yet."""

from __future__ import annotations

from pathlib import PurePosixPath

from checker.problems import InputError, Problem, Route, Source
from checker.reader import Reading
from checker.reader.spans import Lines
from checker.sources import look
from checker.sources.suffixes import is_terraform, suffix

_ADVICE = (
    "policies are not read there yet: check the policy in its own JSON or YAML file, or leave this "
    "file out with --exclude 'GLOB'"
)
_TEXTS = (
    ("AWSTemplateFormatVersion", "a CloudFormation template"),
    ("AWS::", "a CloudFormation template"),
    ("{{", "a template"),
    ("{%", "a template"),
    ("<%", "a template"),
)
"""Marks in a text that tell what kind of file it is."""
_KEYS = (
    ("planned_values", "a Terraform plan"),
    ("terraform_version", "a Terraform state"),
    ("AWSTemplateFormatVersion", "a CloudFormation template"),
    ("Resources", "a CloudFormation template"),
)
"""Keys that tell what kind of document the data is."""


def in_a_template(source: Source, offset: int) -> Problem:
    """Return the problem for a statement at an offset in a template."""
    name = PurePosixPath(source.path).name.lower()
    place = Lines.of(source.text).location(offset, offset + 1)
    if is_terraform(name):
        message = (
            "a policy statement is in a part of the file that is not read: write it in an "
            "aws_iam_policy_document or in jsonencode, or leave the file out with --exclude 'GLOB'"
        )
        return Problem.at(source, message, place)
    if not suffix(name):
        message = (
            "a policy statement is in a file without an extension: name the file .json or .yaml if "
            "it is a policy, or leave it out with --exclude 'GLOB'"
        )
        return Problem.at(source, message, place)
    what = "a file of HCL" if suffix(name) == "hcl" else "a template"
    return Problem.at(source, f"a policy statement is in {what}, but {_ADVICE}", place)


def in_a_document(reading: Reading, route: Route) -> Problem:
    """Return the problem for a statement in a document that is not a policy itself."""
    what = "a document that is not a policy itself"
    if isinstance(reading.data, dict):
        what = next((words for key, words in _KEYS if key in reading.data), what)
    return reading.problem(f"a policy statement is in {what}, but {_ADVICE}", route)


def explained(error: InputError, source: Source) -> InputError:
    """Return the error to report for a text that could not be parsed.

    It is `error`, or the problem of a statement in a template if the text is one that shows one.
    """
    what = next((words for mark, words in _TEXTS if mark in source.text), "")
    offset = look.statement(source.text)
    if not what or offset is None:
        return error
    place = Lines.of(source.text).location(offset, offset + 1)
    return InputError(Problem.at(source, f"a policy statement is in {what}, but {_ADVICE}", place))
