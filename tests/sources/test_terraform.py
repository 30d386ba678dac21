"""Policies of Terraform's files, rendered in every way that is open."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from checker.problems import InputError, Json, Location
from checker.reader import DEFAULT_LIMITS
from checker.sources.part import Part, Refused
from checker.sources.stand_ins import shown
from checker.sources.terraform import Repository
from checker.sources.terraform.storage import Disk, Held

if TYPE_CHECKING:
    from collections.abc import Mapping

FRAME = """\
variable "free" { type = string }
variable "defaulted" {
  type    = string
  default = "a"
}
variable "fixed" {
  type = string
  validation {
    condition     = can(regex("^[a-z0-9-]{3,63}$", var.fixed))
    error_message = "A name."
  }
}
variable "partly" {
  validation {
    condition     = can(regex("[a-z]+", var.partly))
    error_message = "A name."
  }
}
variable "from_start" {
  validation {
    condition     = can(regex("^[a-z]+", var.from_start))
    error_message = "A name."
  }
}
variable "to_end" {
  validation {
    condition     = can(regex("[a-z]+$", var.to_end))
    error_message = "A name."
  }
}
variable "either" {
  validation {
    condition     = can(regex("^a|b$", var.either))
    error_message = "A name."
  }
}
variable "stage" {
  type = string
  validation {
    condition     = contains(["dev", "prod"], var.stage)
    error_message = "A stage."
  }
}
variable "chosen" {
  type = string
  validation {
    condition     = contains(["*", "arn:aws:s3:::a"], var.chosen)
    error_message = "An ARN."
  }
}
variable "bucket" { type = string }
variable "maybe" { type = string }
variable "number" { type = number }
variable "several" { type = list(string) }
variable "is_prod" { type = bool }
locals { bucket = "arn:aws:s3:::local" }
data "aws_partition" "p" {}
data "aws_caller_identity" "i" {}
data "aws_region" "r" {}
data "aws_arn" "a" { arn = "arn:aws:sqs:eu-west-1:111122223333:jobs" }
data "aws_ssm_parameter" "p" { name = "/x" }
resource "aws_s3_bucket" "logs" { bucket = "my-logs" }
resource "aws_s3_bucket" "named" {
  bucket = var.bucket
}
resource "aws_s3_bucket" "maybe" {
  count  = 1
  bucket = var.maybe
}
resource "aws_s3_bucket" "several" { count = 2 }
module "remote" { source = "terraform-aws-modules/s3-bucket/aws" }
resource "aws_iam_policy" "p" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect = "Allow", Action = "s3:GetObject", Resource = RESOURCE
    }]
  })
}
"""
DATA = Path(__file__).with_suffix(".yaml")
MODULES = DATA.with_name("test_terraform_modules.yaml")


def repository(files: Mapping[str, str]) -> Repository:
    held = {name: text.encode() for name, text in files.items()}
    return Repository(Held(held), list(held), DEFAULT_LIMITS)


def found_in(text: str, name: str = "main.tf") -> list[Part | Refused]:
    return repository({name: text}).parts(name)


def told(part: Part | Refused) -> str:
    assert isinstance(part, Refused)
    return part.problems[0].message


def policy(part: Part | Refused) -> Any:
    """Return a policy with placeholders in place of what stands for them."""
    assert isinstance(part, Part), part
    return json.loads(shown(json.dumps(part.reading.data), part.legend))


def cases() -> list[Any]:
    listed: Any = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return [
        pytest.param(each["resource"], each["is"], each.get("open", []), id=each["name"])
        for each in listed
    ]


@pytest.mark.parametrize(("resource", "made", "unknown"), cases())
def test_what_is_made_of_an_expression(resource: str, made: Json, unknown: list[str] | str) -> None:
    ways: dict[str, Json] = {}
    placeholders: set[str] = set()
    for each in found_in(FRAME.replace("RESOURCE", resource)):
        assert isinstance(each, Part), each
        ways[" and ".join(each.when)] = policy(each)["Statement"][0]["Resource"]
        placeholders |= {name[2:-1] for name in each.unknowns}
    if made != "*":
        assert ways == (made if isinstance(made, dict) else {"": made})
    if unknown == "*":
        assert len(placeholders) == 1
    else:
        assert placeholders == set(unknown)


def modules() -> list[Any]:
    listed: Any = yaml.safe_load(MODULES.read_text(encoding="utf-8"))
    return [pytest.param(each, id=each["name"]) for each in listed]


@pytest.mark.parametrize("case", modules())
def test_the_policies_of_modules(case: Any) -> None:
    read = repository(case["files"])
    found: dict[str, Any] = {}
    errors: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for file in case["files"]:
        if not file.endswith((".tf", ".tofu", ".tf.json")):
            continue
        for each in read.parts(file):
            name = f"{file}: {each.name}"
            if isinstance(each, Refused):
                errors[name] = each.problems[0].message
                continue
            name += f" (when {' and '.join(each.when)})" if each.when else ""
            assert name not in found
            found[name] = policy(each)["Statement"]
            kinds[name] = each.kind
        if read.left(file) is not None:
            errors[file] = "left"
    for name, told_ in case.get("errors", {}).items():
        assert told_ in errors.pop(name)
    assert errors == {}
    assert found == case.get("policies", {})
    for name, kind in case.get("kinds", {}).items():
        assert kinds[name] == kind


HEREDOC = """\
variable "name" { type = number }
resource "aws_s3_bucket_policy" "p" {
  policy = <<-EOT
    {"Statement": [{
      "Effect": "Allow",
      "Principal": "*",
      "Action": "s3:GetObject",
      "Resource": "arn:aws:s3:::ü${var.name}/$${aws:username}/*"}]}
  EOT
}
"""


def test_each_character_of_a_heredoc_has_its_place_in_the_file() -> None:
    (found,) = found_in(HEREDOC)
    assert isinstance(found, Part)
    line = HEREDOC.split("\n")[7]
    route = ("Statement", 0, "Resource")
    start = line.index('"arn') + 1
    assert found.reading.locate(route) == Location(8, start, 8, line.index("}]}") + 1)
    raw = str(found.reading.within(route).data)
    assert shown(raw, found.legend) == "arn:aws:s3:::ü${var.name}/${aws:username}/*"
    at = found.reading.locate_text(route, 1, raw.index("/*") + 2)
    assert at.column == line.index('/*"') + 2


OBJECT = """\
locals { action = "s3:GetObject" }
resource "aws_iam_policy" "é" {
  policy = jsonencode({
    "Statement" : [
      { Effect = "Allow", Action = local.action, Resource = "*" },
    ]
  })
}
"""


def test_each_node_of_an_object_has_its_place_in_the_file() -> None:
    (found,) = found_in(OBJECT)
    assert isinstance(found, Part)
    line = OBJECT.split("\n")[4]
    at = line.index("Resource")
    where = found.reading.locate
    assert where(("Statement", 0, "Resource"), key=True) == Location(5, at + 1, 5, at + 9)
    assert where(("Statement", 0, "Resource"))[:2] == (5, line.index('"*"') + 1)
    # A local value stands where it is declared, as that is what is edited.
    assert where(("Statement", 0, "Action"))[:2] == (1, OBJECT.index('"s3') + 1)
    assert where(("Statement", 0))[:2] == (5, line.index("{") + 1)


JSON = """\
{"resource": {"aws_iam_policy": {"p": {"policy":
  "{\\"Statement\\": [{\\"NotAction\\": \\"${1}:*\\", \\"Resource\\": \\"*\\"}]}"
}}}, "variable": {"a": {"type": "number"}}}
"""


def test_each_node_of_json_in_json_has_its_place_in_the_file() -> None:
    (found,) = found_in(JSON, "main.tf.json")
    assert isinstance(found, Part)
    line = JSON.split("\n")[1]
    assert found.reading.locate(("Statement", 0, "Resource"))[:2] == (2, line.rindex('\\"*') + 1)
    assert found.reading.locate(("Statement",), key=True)[:2] == (2, line.index('\\"Statement') + 1)


REFERENCE = """\
resource "aws_iam_policy" "p" {
  policy = jsonencode({
    Statement = [{ Effect = "Allow", Action = local.action, Resource = "*" }]
  })
}
"""


def test_what_stands_in_another_file_is_shown_where_it_is_referred_to() -> None:
    files = {
        "main.tf": REFERENCE,
        "locals.tf": 'locals {\n\n\n\n\n  action = "s3:*"\n}\n',
    }
    (found,) = repository(files).parts("main.tf")
    assert isinstance(found, Part)
    line = files["main.tf"].split("\n")[2]
    at = found.reading.locate(("Statement", 0, "Action"))
    assert at[:2] == (3, line.index("local.action") + 1)


POLICY = 'jsonencode({ Statement = [{ Effect = "Allow", Action = "a:*", Resource = VALUE }] })'
ITSELF = """\
data "aws_iam_policy_document" "a" {
  source_policy_documents = [data.aws_iam_policy_document.a.json]
}
"""
RESOURCE = f'resource "aws_iam_policy" "p" {{ policy = {POLICY} }}\n'


@pytest.mark.parametrize(
    ("text", "value", "message"),
    [
        ("locals { a = local.b\nb = local.a }", "local.a", "refers to itself"),
        (ITSELF, "data.aws_iam_policy_document.a.json", "refers to itself"),
        ("", '[1, 2]["x"]', "a list has no `x`"),
        ("", "{}.a", "there is no `a`"),
        ("", "[][0]", "the list has no item 0"),
        ("", "null.a", "there is no `a` in null"),
        ("", 'jsondecode("{")', "not valid JSON"),
        ("", 'file("nothing.txt")', "`nothing.txt` cannot be read"),
        ("", 'file("../outside.txt")', "outside the repository"),
        ("", 'file("/etc/hostname")', "outside the repository"),
        ("", 'templatefile("/etc/hostname", {})', "outside the repository"),
        ("", '"x" ? 1 : 2', "neither true nor false"),
        ("", "element()", "`element` has other arguments"),
    ],
)  # fmt: skip
def test_what_has_no_value_is_refused_with_its_place(text: str, value: str, message: str) -> None:
    found = found_in(f"{text}\n{RESOURCE.replace('VALUE', value)}")
    (refused,) = [each for each in found if each.name == "aws_iam_policy.p"]
    assert message in told(refused)
    assert isinstance(refused, Refused)
    assert refused.problems[0].location is not None


def test_more_cases_than_are_tried_are_refused() -> None:
    chosen = ", ".join(f'var.v{n} ? "a" : "b"' for n in range(70))
    (found,) = found_in(RESOURCE.replace("VALUE", f"[{chosen}]"))
    assert "more than 64 variants" in told(found)


def test_modules_that_call_each_other_end() -> None:
    files = {
        "a/main.tf": 'module "b" { source = "../b" }\n' + RESOURCE.replace("VALUE", '"*"'),
        "b/main.tf": 'module "a" { source = "../a" }\n',
        "c/main.tf": 'module "c" { source = "./" }\nmodule "up" { source = "../../../.." }\n',
    }
    read = repository(files)
    assert [each.name for each in read.parts("a/main.tf")] == ["aws_iam_policy.p"]
    assert read.parts("c/main.tf") == []


@pytest.mark.parametrize(
    "value",
    [
        "[" * 2000 + "]" * 2000,
        "(" * 2000 + "1" + ")" * 2000,
        "-" * 2000 + "1",
        "".join(f"{{ a{n} = " for n in range(300)) + "1" + "}" * 300,
        "1" + " + 1" * 2000,
    ],
    ids=["lists", "brackets", "signs", "objects", "sums"],
)
def test_deep_nesting_is_refused(value: str) -> None:
    (found,) = found_in(RESOURCE.replace("VALUE", value))
    assert "nested" in told(found)


def test_names_that_lead_deeply_are_refused() -> None:
    names = "\n".join(f"a{n} = local.a{n + 1}" for n in range(100))
    (found,) = found_in(
        f"locals {{\n{names}\na100 = 1\n}}\n" + RESOURCE.replace("VALUE", "local.a0")
    )
    assert "refer to each other too deeply" in told(found)


@pytest.mark.parametrize(
    "twice", ["concat(VALUE, VALUE)", "[VALUE, VALUE]", "{ a = VALUE, b = VALUE }"]
)
def test_values_that_grow_are_refused(twice: str) -> None:
    names = "\n".join(f"a{n} = {twice.replace('VALUE', f'local.a{n + 1}')}" for n in range(30))
    text = f"locals {{\n{names}\na30 = [1]\n}}\n" + RESOURCE.replace("VALUE", "local.a0")
    (found,) = found_in(text)
    assert "more than 200,000 values" in told(found)


def test_an_error_in_the_syntax_has_its_place() -> None:
    with pytest.raises(InputError) as raised:
        found_in('resource "a" "b" {\n  c = [1,\n')
    (problem,) = raised.value.problems
    assert problem.location is not None
    assert "not valid" in problem.message or "is missing" in problem.message


def test_a_broken_file_hides_no_other() -> None:
    files = {"main.tf": RESOURCE.replace("VALUE", "local.a"), "broken.tf": "locals {\n a = [\n"}
    (found,) = repository(files).parts("main.tf")
    assert isinstance(found, Part)
    assert list(found.unknowns) == ["${local.a}"]


def test_nothing_outside_of_the_repository_is_read(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    (inside / "link.txt").symlink_to(tmp_path / "secret.txt")
    (inside / "up").symlink_to(tmp_path)
    for path in ("link.txt", "up/secret.txt"):
        (inside / "main.tf").write_text(RESOURCE.replace("VALUE", f'file("{path}")'))
        (found,) = Repository(Disk(str(inside)), ["main.tf"], DEFAULT_LIMITS).parts("main.tf")
        assert "outside the repository" in told(found)


def test_more_uses_of_modules_than_are_followed_are_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("checker.sources.terraform.repository.MOST_CHAINS", 3)
    calls = "".join(f'module "m{n}" {{ source = "./m" }}\n' for n in range(4))
    read = repository({"main.tf": calls, "m/main.tf": RESOURCE.replace("VALUE", '"*"')})
    assert "more than 3 modules" in told(read.parts("m/main.tf")[0])


@pytest.mark.parametrize("action", ["var.action", '"${var.action}:List*"', '["s3:*", var.action]'])
def test_an_action_of_any_service_depends_on_the_caller(action: str) -> None:
    text = RESOURCE.replace('"a:*"', action).replace("VALUE", '"*"')
    (found,) = found_in('variable "action" { type = string }\n' + text)
    assert "the policy depends on the variable `action` (line 1)" in told(found)
