"""Words the problems of policies that stand where this tool does not read them yet."""

from __future__ import annotations

from pathlib import PurePosixPath

from checker.problems import InputError, Problem, Route, Source
from checker.reader import Reading
from checker.reader.spans import Lines
from checker.sources import look

_ADVICE = (
    "policies are not read there yet: check the policy in a JSON or YAML file of its own, or leave "
    "this file out with --exclude 'GLOB'"
)
_TERRAFORM = frozenset({".tf", ".tofu", ".hcl"})
_TEXTS = (
    ("AWSTemplateFormatVersion", "a CloudFormation template"),
    ("AWS::", "a CloudFormation template"),
    ("{{", "a template"),
    ("{%", "a template"),
    ("<%", "a template"),
)
"""What a text may hold that says what kind of file it is."""
_KEYS = (
    ("resource_changes", "a Terraform plan"),
    ("planned_values", "a Terraform plan"),
    ("terraform_version", "a Terraform state"),
    ("RoleDetailList", "an account's authorization details"),
    ("UserDetailList", "an account's authorization details"),
    ("AWSTemplateFormatVersion", "a CloudFormation template"),
    ("Resources", "a CloudFormation template"),
    ("apiVersion", "a Kubernetes object"),
)
"""Keys of data that say what kind of document it is."""


def in_a_template(source: Source, offset: int) -> Problem:
    """Return the problem of a statement in a file whose extension is that of a template."""
    name = PurePosixPath(source.path).name.lower()
    is_terraform = PurePosixPath(name).suffix in _TERRAFORM or name.endswith(".tf.json")
    what = "a Terraform file" if is_terraform else "a template"
    place = Lines.of(source.text).location(offset, offset + 1)
    return Problem.at(source, f"a statement stands in {what}, and {_ADVICE}", place)


def in_a_document(reading: Reading, route: Route) -> Problem:
    """Return the problem of a statement in a document that is none of a known kind."""
    what = "a document that is no policy itself"
    if isinstance(reading.data, dict):
        what = next((words for key, words in _KEYS if key in reading.data), what)
    return reading.problem(f"a statement stands in {what}, and {_ADVICE}", route)


def explained(error: InputError, source: Source) -> InputError:
    """Return the error of a text that could not be read; of a template, that of its statement."""
    what = next((words for mark, words in _TEXTS if mark in source.text), "")
    offset = look.statement(source.text)
    if not what or offset is None:
        return error
    place = Lines.of(source.text).location(offset, offset + 1)
    return InputError(Problem.at(source, f"a statement stands in {what}, and {_ADVICE}", place))
