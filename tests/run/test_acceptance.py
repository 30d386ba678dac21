"""What was accepted of shipped rules lapses if anything of what they judged gets worse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.accepting import Accepting, allow, deny

RULES = Path(__file__).resolve().parents[2] / "rules"
PASS = allow("iam:PassRole", "arn:aws:iam::123456789012:role/*")
CREATE = allow("lambda:CreateFunction", "arn:aws:lambda:*:123456789012:function:a")
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:work"
HTTP = {"Bool": {"aws:SecureTransport": "false"}}
SEND: dict[str, Any] = {**allow("sqs:SendMessage", QUEUE), "Principal": {"AWS": "123456789012"}}
TLS: dict[str, Any] = {
    **deny(["sqs:Send*", "sqs:Receive*"], QUEUE, Condition=HTTP),
    "Principal": "*",
}
UNKNOWN = allow(["s3:GetObject", "s3:NoSuchAction"], "arn:aws:s3:::bucket/*")


@pytest.mark.parametrize(
    ("rule", "accepted", "after", "stays"),
    [
        (
            "escalation/escalation-pass-role-to-lambda-functions",
            [PASS, CREATE],
            [PASS, {**CREATE, "Resource": "*"}],
            [PASS, {**CREATE, "Condition": {"StringEquals": {"aws:PrincipalTag/t": "1"}}}],
        ),
        (
            "sns-sqs/sqs-queue-policy-denies-http",
            [SEND, TLS],
            [SEND, {**TLS, "Action": "sqs:Send*"}],
            [SEND, {**TLS, "Action": [*TLS["Action"], "sqs:Purge*"]}],
        ),
        (
            "validity/validity-actions",
            [UNKNOWN],
            [UNKNOWN, deny("s3:NoOtherAction")],
            [UNKNOWN, deny("s3:GetObject")],
        ),
    ],
    ids=["a second question is widened", "a guard is cut down", "a mistake is added"],
)
def test_what_gets_worse_is_accepted_no_longer(
    tmp_path: Path, rule: str, accepted: Any, after: Any, stays: Any
) -> None:
    gate = Accepting(tmp_path, text_of(rule))
    gate.write(*accepted)
    gate.accept()
    assert gate.accepted() == [True]
    gate.write(*after)
    assert gate.accepted() == [False]
    gate.write(*stays)
    assert gate.accepted() == [True]


def text_of(rule: str) -> str:
    """Return a shipped rule as a file of its own, also if it stands in a table."""
    folder, _, name = rule.partition("/")
    alone = RULES / folder / f"{name}.yaml"
    if alone.exists():
        return alone.read_text(encoding="utf-8")
    tables = (yaml.safe_load(each.read_text("utf-8")) for each in (RULES / folder).glob("*.yaml"))
    rows = [({**table, **row}) for table in tables for row in table.get("rules", ())]
    (found,) = (row for row in rows if row["id"] == name)
    del found["rules"]
    return yaml.safe_dump(found, sort_keys=False)
