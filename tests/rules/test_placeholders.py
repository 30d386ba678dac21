"""Rules on policies in which values are placeholders of a template."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from checker.api import Rules, check, load_rules
from checker.report.finding import Status
from tests.oracles.placeholders import compared, policies, template

MOST_UNDECIDED = 0.5
"""Of the policies, half of whose names are unknown."""


@pytest.fixture(scope="module")
def every_rule() -> Rules:
    return load_rules("builtin", profile="strict")


def found(rules: Rules, policy: Any, status: Status) -> set[str]:
    """Return the ids of the rules with a status on a policy."""
    report = check(rules, documents={"policy": policy}, workers=None)
    return {each.rule for each in report.findings if each.status is status}


def test_templates_have_no_findings_of_their_own(every_rule: Rules, data: Path) -> None:
    rnd = random.Random(18)  # noqa: S311 - no secret
    samples = list(policies(data / "policies"))
    rnd.shuffle(samples)
    cases = [(name, policy, template(rnd, policy, 0.5)) for name, policy in samples[:150]]
    result = compared(every_rule, cases)
    assert result.policies > 30
    assert result.added == []
    assert result.lost == []
    assert result.undecided <= MOST_UNDECIDED * result.policies


EVENT_BUS: Any = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "events:PutEvents",
        "Resource": "arn:${PARTITION}:events:${REGION}:${ACCOUNT_ID}:event-bus/default",
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": "${ORG_ID}"}},
    },
}
OWN_KEY: Any = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:${PARTITION}:iam::${ACCOUNT_ID}:root"},
        "Action": "kms:*",
        "Resource": "*",
    },
}


def test_one_organisation_is_not_the_public(every_rule: Rules) -> None:
    failed, undecided = (found(every_rule, EVENT_BUS, s) for s in (Status.FAIL, Status.ERROR))
    assert "no-public-principal" not in failed | undecided
    assert not {each for each in failed | undecided if each.endswith("-denies-http")}
    like = json.loads(json.dumps(EVENT_BUS).replace("StringEquals", "StringLike"))
    assert "no-public-principal" in found(every_rule, like, Status.ERROR)


def test_a_placeholder_in_a_principal_is_no_variable(every_rule: Rules) -> None:
    assert not {rule for rule in found(every_rule, OWN_KEY, Status.FAIL) if "validity" in rule}
    assert not found(every_rule, OWN_KEY, Status.ERROR)
