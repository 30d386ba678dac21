"""Terraform's files of any content, and the values that a user gives for their variables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.problems import InputError
from checker.reader import DEFAULT_LIMITS
from checker.sources.parameter_files import Given, Values, read_values
from checker.sources.part import Part, Refused
from checker.sources.stand_ins import shown
from checker.sources.terraform import Repository
from checker.sources.terraform.storage import Held

_PIECES = (
    *("data", "resource", "locals", "module", "variable", "statement", "dynamic", "content"),
    *('"aws_iam_policy_document"', '"aws_iam_policy"', '"x"', "x", "policy", "actions", "for_each"),
    *(
        "=",
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        ",",
        ":",
        "?",
        "...",
        ".",
        "*",
        "[*]",
        "!",
        "-",
        "&&",
        "==",
    ),
    *(
        '"${',
        '}"',
        '"',
        "<<-EOT\n",
        "EOT\n",
        "%{ if ",
        "%{ for ",
        "%{ endif }",
        "%{ endfor }",
        "~}",
    ),
    *(
        "var.x",
        "local.x",
        "each.value",
        "data.aws_iam_policy_document.x.json",
        "module.x.y",
        "null",
    ),
    *("jsonencode", "merge", "concat", "templatefile", "try", "for x in", "if", "=>", "1", "true"),
    *("\n", " ", "\\", "ü", "\0", "# c\n", "/* c */", "source", '"./"', "Statement", "Effect"),
)
_WHOLE = """\
variable "x" { type = list(string) }
locals { x = [for each in var.x : "${each}/*" if each != ""] }
data "aws_iam_policy_document" "x" {
  dynamic "statement" {
    for_each = local.x
    content {
      actions   = ["s3:*"]
      resources = [statement.value, try(var.y.z, "a"), <<-EOT
        b%{ if true }c%{ endif }
      EOT
      ]
    }
  }
}
resource "aws_iam_policy" "x" {
  count  = length(var.x)
  policy = data.aws_iam_policy_document.x.json
}
resource "aws_iam_policy" "y" {
  policy = jsonencode(merge({ Statement = [{ Effect = "Allow" }] }, { a = var.x[0] }))
}
"""


def read(text: str, name: str = "main.tf", chosen: Given | None = None) -> list[Part | Refused]:
    held = Held({name: text.encode("utf-8", "replace")})
    repository = Repository(held, [name], DEFAULT_LIMITS, chosen or Given())
    found = repository.parts(name)
    repository.left(name)
    for each in found:
        if isinstance(each, Part):
            each.reading.locate(("Statement", 0, "Action"))
    return found


def ends(text: str, name: str = "main.tf") -> None:
    """Read a file, or see that its error has a place."""
    try:
        read(text, name)
    except InputError as error:
        found = error
    else:
        return
    assert found.problems[0].location is not None


@settings(max_examples=150)
@given(st.lists(st.sampled_from(_PIECES), max_size=40).map("".join))
def test_no_text_of_the_language_s_words_is_too_much(text: str) -> None:
    ends(text)


@settings(max_examples=150)
@given(
    st.integers(0, len(_WHOLE)),
    st.integers(0, 30),
    st.lists(st.sampled_from(_PIECES), max_size=3).map("".join),
)
def test_no_change_of_a_module_is_too_much(start: int, size: int, new: str) -> None:
    ends(_WHOLE[:start] + new + _WHOLE[start + size :])


_KEYS = st.sampled_from(["x", "count", "policy", "statement", "dynamic", "//"])
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(_PIECES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=12,
)
_BODIES = st.dictionaries(
    st.sampled_from(["policy", "assume_role_policy", "statement", "dynamic", "count", "for_each"]),
    _VALUES,
    max_size=3,
)


@settings(max_examples=150)
@given(
    st.sampled_from(["resource", "data", "locals", "variable", "module", "output"]),
    st.sampled_from(["aws_iam_policy", "aws_iam_policy_document", "aws_iam_role"]),
    _BODIES,
    _VALUES,
)
def test_no_json_is_too_much(kind: str, label: str, body: Any, other: Any) -> None:
    for data in ({kind: {label: {"x": body}}, "locals": {"x": other}}, {kind: other}, [body]):
        ends(json.dumps(data), "main.tf.json")


VARIABLES = """\
variable "arn" { type = string }
variable "names" { type = list(string) }
variable "is_on" { type = bool }
variable "size" { type = number }
resource "aws_iam_policy" "p" {
  count = var.is_on ? 1 : 0
  policy = jsonencode({ Statement = [{
    Effect   = "Allow"
    Action   = "s3:GetObject"
    Resource = concat([var.arn], var.names, ["a${var.size}"])
  }] })
}
"""


def resources(part: Part | Refused) -> Any:
    assert isinstance(part, Part)
    data: Any = part.reading.data
    return data["Statement"][0]["Resource"]


def test_each_set_of_values_is_decided() -> None:
    sets = (
        Values("a", {"arn": "x", "names": '["b", "c"]', "is_on": "true", "size": "5", "none": "1"}),
        Values("b", {"arn": "y", "names": "d,e", "is_on": "true", "size": "6"}),
        Values("c", {"arn": "y", "names": "d,e", "is_on": "false", "size": "6"}),
    )
    found = read(VARIABLES, chosen=Given(sets))
    assert [resources(each) for each in found] == [["x", "b", "c", "a5"], ["y", "d", "e", "a6"]]


def test_what_may_be_any_text_can_be_taken_as_one_value() -> None:
    (found,) = read(VARIABLES.replace("var.is_on ?", "true ?"), chosen=Given(literal=True))
    assert isinstance(found, Part)
    assert found.unknowns == {}
    assert found.assumed == ("${var.arn}", "${var.names}")
    assert shown(resources(found)[0], found.legend) == "${var.arn}"


def test_values_are_read_from_a_file_of_terraform(tmp_path: Path) -> None:
    path = tmp_path / "prod.tfvars"
    path.write_text('a = "x"\nb = ["y", 1]\nc = true\nd = { e = "f" }\n', encoding="utf-8")
    found = read_values(str(path), DEFAULT_LIMITS)
    assert found.values == {"a": "x", "b": '["y", 1]', "c": "true", "d": '{"e": "f"}'}


@pytest.mark.parametrize("text", ["a = var.b\n", "a = [\n", "a = unknown()\n"])
def test_values_that_are_not_written_out_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "prod.tfvars"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        read_values(str(path), DEFAULT_LIMITS)
    assert raised.value.problems[0].location is not None


def test_blocks_without_labels_are_no_end() -> None:
    ends('resource { policy = var.x }\ndata "aws_iam_policy_document" { statement {} }\n' + _WHOLE)
    ends("resource { policy = jsonencode({ Statement = [] }) }\nmodule {}\nvariable {}\n" + _WHOLE)
