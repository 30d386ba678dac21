"""Files of Terraform that depend on each other, as documents of one run."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from checker.documents import Selection, find, load
from checker.kinds import builtin
from checker.reader import DEFAULT_LIMITS, Root
from checker.report import Access, Exit
from checker.run.comparison import compare
from checker.run.pipeline import check
from checker.settings import Settings

POLICY = 'jsonencode({ Statement = [{ Effect = "Deny", Action = "*", Resource = var.arn }] })'
MODULE = f'variable "arn" {{}}\nresource "aws_iam_policy" "p" {{ policy = {POLICY} }}\n'
TEXT = '{"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "${arn}"}]}\n'


def found(folder: Path, files: Mapping[str, str], *paths: str) -> list[tuple[str, str, str]]:
    """Return the file, the part and the kind, or the problem, of every document of a run."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    chosen = [str(folder / path) for path in paths or (".",)]
    selection = Selection(chosen, {kind.name: kind for kind in builtin()})
    listing = find(selection, Root(str(folder.resolve())))
    return [
        (
            each.file,
            each.part,
            each.problems[0].message if each.problems else each.kind.name if each.kind else "",
        )
        for index in range(listing.size)
        for each in load(index, listing, selection, DEFAULT_LIMITS).documents
    ]


def test_a_module_is_decided_as_files_of_the_run_call_it(tmp_path: Path) -> None:
    files = {
        "main.tf": 'module "ci" {\n  source = "./ci"\n  arn = "arn:aws:s3:::a"\n}\n',
        "ci/main.tf": MODULE,
    }
    called = ("ci/main.tf", "module.ci.aws_iam_policy.p", "aws-identity-policy")
    assert found(tmp_path, files) == [called]
    alone = ("ci/main.tf", "aws_iam_policy.p", "aws-identity-policy")
    assert found(tmp_path, {}, "ci") == [alone]


def test_two_files_that_call_a_module_have_policies_of_their_own(tmp_path: Path) -> None:
    call = 'module "ci" {\n  source = "../ci"\n  arn = "arn:aws:s3:::NAME"\n}\n'
    files = {
        "dev/main.tf": call.replace("NAME", "dev"),
        "prod/main.tf": call.replace("NAME", "prod"),
        "ci/main.tf": MODULE,
    }
    parts = [part for _, part, _ in found(tmp_path, files)]
    assert parts == ["module.ci.aws_iam_policy.p", "module.ci.aws_iam_policy.p (prod)"]


def test_a_template_that_a_file_renders_is_decided_there(tmp_path: Path) -> None:
    files = {
        "main.tf": 'resource "aws_iam_policy" "p" {\n'
        '  policy = templatefile("${path.module}/p.json.tftpl", { arn = "arn:aws:s3:::a" })\n}\n',
        "p.json.tftpl": TEXT,
    }
    assert found(tmp_path, files) == [("main.tf", "aws_iam_policy.p", "aws-identity-policy")]
    (tmp_path / "main.tf").unlink()
    ((file, _, message),) = found(tmp_path, {})
    assert file == "p.json.tftpl"
    assert "a policy statement is in a template" in message


def test_a_policy_that_only_names_other_files_is_found(tmp_path: Path) -> None:
    files = {
        "main.tf": 'resource "aws_iam_policy" "p" { policy = jsonencode(local.a) }\n',
        "locals.tf": 'locals {\n  a = { Statement = [{ Effect = "Deny", Action = "*", '
        'Resource = "*" }] }\n}\n',
    }
    assert found(tmp_path, files) == [("main.tf", "aws_iam_policy.p", "aws-identity-policy")]


@pytest.mark.parametrize("named", ["main.tf", "."])
def test_a_link_to_the_outside_is_not_read_for_another_file(tmp_path: Path, named: str) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "locals.tf").write_text('locals { arn = "arn:aws:s3:::secret" }\n')
    (inside / "locals.tf").symlink_to(tmp_path / "locals.tf")
    policy = POLICY.replace("var.arn", "local.arn").replace('"Deny"', "local.arn")
    files = {"main.tf": f'resource "aws_iam_policy" "p" {{ policy = {policy} }}\n'}
    (message,) = [told for file, _, told in found(inside, files, named) if file == "main.tf"]
    assert "secret" not in message
    assert "`local.arn`, which the module does not declare" in message


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)  # noqa: S607


def test_files_of_a_commit_depend_on_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed = POLICY.replace("Deny", "Allow").replace("var.arn", "local.arn")
    files = {
        "infra/main.tf": f'resource "aws_iam_policy" "p" {{ policy = {allowed} }}\n',
        "infra/locals.tf": 'locals { arn = "arn:aws:s3:::${var.name}/*" }\n',
        "infra/variables.tf": 'variable "name" { type = string }\n',
        "infra/terraform.tfvars": 'name = "a"\n',
    }
    found(tmp_path, files)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "a")
    monkeypatch.chdir(tmp_path)
    settings = Settings(["builtin"], [])
    (same,) = compare("git:HEAD", "infra", settings).comparisons
    assert (same.path, same.access) == ("main.tf aws_iam_policy.p", Access.SAME_OR_LESS)
    (tmp_path / "infra/terraform.tfvars").write_text('name = "*"\n', encoding="utf-8")
    (wider,) = compare("git:HEAD", "infra", settings).comparisons
    assert wider.access is Access.MORE


CASES = {
    "14-tf-policy-document.tf": (Exit.OK, set()),
    "15-tf-jsonencode-passrole.tf": (
        Exit.VIOLATIONS,
        {("escalation-pass-role", 11), ("escalation-pass-role-to-lambda-functions", 11)},
    ),
    "16-tf-heredoc-interpolation.tf": (Exit.VIOLATIONS, {("sqs-queue-policy-denies-http", 7)}),
}


@pytest.mark.parametrize("name", CASES)
def test_cases_of_others_come_out_as_expected(data: Path, name: str) -> None:
    if not (data / "sources").is_dir():
        pytest.skip("POLICY_CHECK_DATA has no folder of sources")
    report = check(Settings(["builtin"], [str(data / "sources" / name)]))
    every = [each.finding for each in report.findings]
    findings = {
        (each.rule, each.place.location.line if each.place.location else 0) for each in every
    }
    assert (report.exit_code, findings) == CASES[name]


BOUNDARY = """\
resource "aws_iam_policy" "edge" {
  name   = "the-edge"
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })
}
resource "aws_iam_user" "u" {
  permissions_boundary = aws_iam_policy.edge.arn
}
"""


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({}, "aws-permissions-boundary"),
        ({"out.tf": 'output "a" { value = aws_iam_policy.edge.arn }\n'}, "aws-identity-policy"),
        ({"name.tf": 'locals { a = "policy/the-edge" }\n'}, "aws-identity-policy"),
        ({"other/a.yaml": "policies: [the-edge]\n"}, "aws-identity-policy"),
        ({"broken.tf": "locals {\n"}, "aws-identity-policy"),
    ],
)
def test_a_policy_that_only_bounds_is_a_boundary(
    tmp_path: Path, files: Mapping[str, str], kind: str
) -> None:
    every = found(tmp_path, {"main.tf": BOUNDARY, **files})
    assert ("main.tf", "aws_iam_policy.edge", kind) in every


@pytest.mark.parametrize("old", ["permissions_boundary", '"the-edge"'])
def test_a_policy_that_may_be_attached_is_no_boundary(tmp_path: Path, old: str) -> None:
    text = BOUNDARY.replace(old, "policy_arn" if old[0] == "p" else "var.name")
    ((_, _, kind),) = found(tmp_path, {"main.tf": text})
    assert kind == "aws-identity-policy"
