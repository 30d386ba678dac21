"""What a policy may allow, or denies, of requests of which a part is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from checker import cel
from checker.iam.arn import ATTACHED_TEXT
from checker.kinds import builtin

KIND = builtin()[0]
CASES = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))


def value(text: str, statements: list[Any]) -> object:
    data: Any = {"Version": "2012-10-17", "Statement": statements}
    assert KIND.schema.accepts(data)
    return cel.compile(text, KIND.env).evaluate(cel.Activation(KIND.variables(data)))


@pytest.mark.parametrize(
    ("text", "statements"),
    [(text, case["statements"]) for case in CASES for text in case["holds"]],
)
def test_what_holds(text: str, statements: list[Any]) -> None:
    assert value(text, statements) is True


HOLDER = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
OWN = {"Principal": "*", "Resource": None}


@pytest.mark.parametrize(
    ("text", "message", "statement"),
    [
        ('policy.mayAllow({"principal": "AWS:a"})', "names no principals", {}),
        *(
            (f'policy.{name}({{"action": "ecr:A", "resource": "arn:aws:ecr:x"}})', why, {**OWN})
            for name, why in (
                ("denies", "which resource the policy is attached to"),
                ("mayAllow", "which resource"),
                ("allows", "which resource"),
            )
        ),
        *(
            (
                f'policy.{name}({{"action": "s3:GetObject", "resource": "{ATTACHED_TEXT}"}})',
                "which resource",
                {},
            )
            for name in ("denies", "mayAllow", "allows")
        ),
        ('policy.denies({"who": "me"})', "a request needs strings", {}),
        *(
            (f'policy.{name}({{{asked}, "resource": "arn:aws:s3:::b"}})', why, {"Principal": "*"})
            for name in ("allows", "mayAllow", "denies", "witness")
            for asked, why in (
                ('"action": "GetObject"', "`GetObject` is not an action"),
                ('"action": "s3:GetObject", "principal": "*"', r"`\*` is not a principal"),
                ('"action": "s3:GetObject", "principal": "AWS:"', "`AWS:` is not a principal"),
                (
                    '"action": "s3:GetObject", "principal": "arn:aws:iam::123456789012:role/a"',
                    "is not a principal",
                ),
            )
        ),
        (
            'policy.allows({"action": "s3:Get*", "resource": "arn:aws:s3:::b"})',
            "is not one action",
            {},
        ),
        ('policy.mayAllow({"context": {"a:b": 5}})', "must be strings", {}),
        (
            'policy.mayAllow({"action": "s3:GetObject", "resource": "arn:aws:s3:::logs/a"})',
            r"`\$\{bucket\}` is a placeholder",
            {"Resource": "arn:aws:s3:::${bucket}/*"},
        ),
        (
            'policy.statements[0].admits("a:b", ["c"])',
            "use either `ForAnyValue` or `IfExists`",
            {"Condition": {"ForAnyValue:StringEqualsIfExists": {"a:b": "c"}}},
        ),
    ],
)
def test_what_cannot_be_decided_says_why(text: str, message: str, statement: Any) -> None:
    with pytest.raises(cel.EvaluationError, match=message):
        value(text, [{k: v for k, v in {**HOLDER, **statement}.items() if v is not None}])
