"""What the dated catalogue says, and what the expression language may ask of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any

import pytest

from checker.cel.env import Field, Function
from checker.cel.types import BOOL, STRING, Type, list_of
from checker.cel.values import Optional
from checker.errors import FunctionError
from checker.iam import catalogue, functions
from checker.iam.statement import policy
from tests.support.command import ROOT


def test_actions_by_level() -> None:
    writing = catalogue.actions_of("ecr", ("Write",))
    assert "ecr:PutImage" in writing
    assert "ecr:TagResource" not in writing
    assert "ecr:SetRepositoryPolicy" not in writing
    assert "ecr:TagResource" in catalogue.actions_of("ecr", ("Tagging",))
    assert "ecr:SetRepositoryPolicy" in catalogue.actions_of("ecr", ("Permissions management",))
    assert catalogue.actions_of("ecr", ()) == ()
    assert catalogue.actions_of("ECR", ("Write",)) == writing
    assert list(writing) == sorted(writing)


def test_every_action_has_exactly_one_level() -> None:
    for service in ("ecr", "s3", "iam", "ec2"):
        by_level = [catalogue.actions_of(service, (level,)) for level in catalogue.LEVELS]
        together = sorted(name for names in by_level for name in names)
        assert together == list(catalogue.actions(service))
        assert catalogue.actions_of(service, catalogue.LEVELS) == catalogue.actions(service)


def test_what_is_known_of_an_action() -> None:
    assert catalogue.exists("ECR:putimage")
    assert not catalogue.exists("ecr:PutImages")
    assert not catalogue.exists("nosuch:PutImage")
    assert not catalogue.exists("ecr")
    assert not catalogue.exists("\u212ams:Encrypt")
    assert catalogue.access_level("ecr:PutImage") == "Write"
    assert catalogue.access_level("ecr:TagResource") == "Tagging"
    assert catalogue.access_level("ecr:Nothing") == ""
    assert catalogue.takes_resource("ecr:PutImage")
    assert not catalogue.takes_resource("ecr:GetAuthorizationToken")
    assert not catalogue.takes_resource("ecr:Nothing")


def test_what_is_known_of_a_service() -> None:
    assert catalogue.is_service("ECR")
    assert not catalogue.is_service("nosuch")
    assert catalogue.actions("nosuch") == ()
    assert catalogue.resource_formats("ecr") == (
        "arn:${Partition}:ecr:${Region}:${Account}:repository/${RepositoryName}",
    )
    assert len(catalogue.services()) > 400


def test_the_data_is_dated() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", catalogue.version())
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", catalogue.updated())


@pytest.mark.parametrize(
    ("service", "levels", "message"),
    [
        ("ecrr", ("Write",), r"unknown service `ecrr`.*did you mean `ecr`\?"),
        ("", ("Write",), "unknown service ``"),
        ("ecr", ("Wirte",), r"unknown access level `Wirte`.*did you mean `Write`\?"),
        ("ecr", ("Write", "write"), "unknown access level `write`"),
        ("ecr", ("Everything",), "expected one of Read, List, Write, Tagging, Permissions"),
    ],
)
def test_an_unknown_name_is_an_error(service: str, levels: tuple[str, ...], message: str) -> None:
    with pytest.raises(FunctionError, match=message):
        catalogue.actions_of(service, levels)


def test_the_data_is_read_in_any_locale_and_every_file_is_closed() -> None:
    code = (
        "from checker.iam import catalogue\n"
        "for name in sorted(catalogue.services()):\n"
        "    catalogue.actions(name), catalogue.resource_formats(name)\n"
    )
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    root = str(ROOT)
    run = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", code],
        env={**os.environ, **plain, "PYTHONPATH": root},
        cwd=root,
        capture_output=True,
        check=False,
        text=True,
    )
    assert (run.returncode, run.stderr) == (0, "")


# ---- what the expression language sees ----

EXAMPLE = policy(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "A",
                "Effect": "Allow",
                "Action": ["ecr:*"],
                "Resource": "arn:aws:ecr:*:*:repository/*",
                "Principal": {"AWS": "*"},
                "Condition": {"Bool": {"aws:SecureTransport": True}},
            },
            {"Effect": "Deny", "NotAction": "s3:*", "NotResource": "a", "NotPrincipal": "*"},
        ],
    }
)


def fields(type_name: str) -> dict[str, Field]:
    (found,) = [struct for struct in functions.STRUCTS if struct.type == Type(type_name)]
    return {item.name: item for item in found.fields}


def function(name: str) -> Function:
    (found,) = [item for item in functions.FUNCTIONS if item.name == name]
    return found


def get(value: object, name: str) -> Any:
    (struct,) = [item for item in functions.STRUCTS if isinstance(value, item.host)]
    return next(item for item in struct.fields if item.name == name).get(value)


def shape(value: object) -> Type:
    """Return the type by which a value is declared."""
    if isinstance(value, bool):
        return BOOL
    if isinstance(value, str):
        return STRING
    if isinstance(value, list):
        return list_of(shape(value[0]))
    return next(item.type for item in functions.STRUCTS if isinstance(value, item.host))


def test_every_value_is_of_its_declared_type_and_has_a_place() -> None:
    seen: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, list):
            for item in value:
                walk(item)
        elif not isinstance(value, (str, bool)):
            name = str(shape(value))
            assert name == "request" or isinstance(getattr(value, "route", None), tuple)
            for field in fields(name).values():
                if field.type.name == "map":
                    continue
                found = field.get(value)
                assert found == [] or shape(found) == field.type, field.name
                seen.add(f"{name}.{field.name}")
                walk(found)

    walk(EXAMPLE)
    walk(function("access").call(EXAMPLE, ["ecr:PutImage"]))
    found = function("grantsBeyond").call(EXAMPLE, policy({"Statement": []}))
    assert isinstance(found, Optional)
    walk(found.value)
    trusting: Any = {
        "Effect": "Allow",
        "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/gitlab.com"},
        "Action": "sts:AssumeRoleWithWebIdentity",
    }
    (trust,) = policy({"Statement": trusting}).statements
    walk(function("openIssuers").call(trust, ["gitlab"]))
    declared = {f"{item.type}.{field.name}" for item in functions.STRUCTS for field in item.fields}
    assert seen == declared - {"request.context"}


def test_every_declaration_says_what_it_is() -> None:
    docs = [item.doc for item in functions.STRUCTS] + [item.doc for item in functions.FUNCTIONS]
    docs += [field.doc for item in functions.STRUCTS for field in item.fields]
    assert all(text.endswith(".") for text in docs)


def test_questions_as_a_rule_asks_them() -> None:
    first, second = get(EXAMPLE, "statements")
    assert function("coversAction").call(first, "ecr:Put*") is True
    assert function("matchesAction").call(second, "s3:Put*") is False
    access = function("access").call(EXAMPLE, ["ecr:PutImage"])
    assert function("access").call(EXAMPLE, ["ecr:PutImage"]) is access
    (resource,) = get(access, "resources")
    assert function("isLiteral").call(resource) is False
    assert function("covers").call(resource, "arn:aws:ecr:r:1:repository/a") is True
    assert function("within").call(resource, "arn:aws:ecr:*") is True
    assert function("coversAllOf").call(resource, "ecr") is True
    assert function("actionsOf").call("ecr", ["Tagging"]) == [
        "ecr:TagResource",
        "ecr:UntagResource",
    ]
    with pytest.raises(FunctionError, match="did you mean"):
        function("actionsOf").call("ecrr", ["Tagging"])
