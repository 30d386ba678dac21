"""A policy that AWS documents for the purpose of a shipped rule passes it, and can be deployed.

The folder `documented` lists the policies. Each names AWS's page as its `source`, and is the
`document` or AWS's `managed` policy of that name. It passes the `rules` that it is for; those under
`silent` have nothing to say about it, because AWS's way grants none of what they look for.
A policy with `each` is one for each of these rules, filled in from its parameters. `open.yaml`
lists the rules that have no policy yet.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from moto.iam.aws_managed_policies import aws_managed_policies_data

from checker.documents import Document, Selection, document
from checker.kinds.kind import Kind
from checker.reader import Limits, parse, read_bytes
from checker.report import Status
from checker.rules import Rule, rule_documents
from checker.run.evaluate import evaluate

FOLDER = Path(__file__).with_name("documented")
IDS = {file.id for file, _alone in rule_documents(["builtin"], Limits())}
OPEN: list[str] = yaml.safe_load((FOLDER / "open.yaml").read_text(encoding="utf-8"))
LISTED: list[dict[str, Any]] = [
    each
    for path in sorted(FOLDER.glob("*.yaml"))
    if path.name != "open.yaml"
    for each in yaml.safe_load(path.read_text(encoding="utf-8"))
]
POLICIES = [
    {**policy, "rules": [name], "of": name} if name else policy
    for policy in LISTED
    for name in policy.get("each", [""])
]
SOURCES = (
    "https://docs.aws.amazon.com/",
    "https://github.com/aws-samples/",
    "https://buildkite.com/docs/",
    "https://developer.hashicorp.com/terraform/",
    "https://docs.gitlab.com/",
)
"""Where the sources are: AWS and, for policies that trust their tokens, the issuers."""
DEPLOYED = ("validity-", "sns-topic-policy-actions")
"""How the ids of the rules begin that say what AWS refuses."""


def _names(policy: dict[str, Any]) -> str:
    return "+".join((policy.get("rules") or policy["silent"])[:2])


def _document(policy: dict[str, Any], rules: dict[str, Rule], kinds: dict[str, Kind]) -> Document:
    data = policy.get("document")
    if data is None:
        data = json.loads(aws_managed_policies_data)[policy["managed"]]["Document"]
    text = json.dumps(data)
    if "of" in policy:
        params = rules[policy["of"]].params
        for name in ("actions", "service"):
            text = text.replace(f'"{{{{ {name} }}}}"', json.dumps(params[name]))
    source = read_bytes("documented.json", text.encode(), Limits())
    kind = policy.get("kind", "aws-iam-policy")
    return document(parse(source, Limits()), Selection((), kinds), kind)


def _with(rule: Rule, policy: dict[str, Any]) -> Rule:
    """Return the rule with the parameters that it is of use with."""
    more = policy.get("params", {})
    return rule._replace(params={**rule.params, **more}, asked={}) if more else rule


@pytest.mark.parametrize("policy", POLICIES, ids=_names)
def test_what_aws_documents_passes(
    policy: dict[str, Any], shipped_rules: dict[str, Rule], known_kinds: dict[str, Kind]
) -> None:
    assert policy["source"].startswith(SOURCES)
    made = _document(policy, shipped_rules, known_kinds)
    assert made.problems == ()
    wanted = dict.fromkeys(policy.get("rules", ()), Status.PASS)
    wanted |= dict.fromkeys(policy.get("silent", ()), Status.SKIP)
    outcomes = {name: evaluate(_with(shipped_rules[name], policy), made) for name in wanted}
    told = [finding.message for each in outcomes.values() for finding in each.findings]
    assert {name: each.status for name, each in outcomes.items()} == wanted, told


@pytest.mark.parametrize("policy", POLICIES, ids=_names)
def test_what_aws_documents_can_be_deployed(
    policy: dict[str, Any], shipped_rules: dict[str, Rule], known_kinds: dict[str, Kind]
) -> None:
    made = _document(policy, shipped_rules, known_kinds)
    told = [
        f"{rule.id}: {finding.message}"
        for rule in shipped_rules.values()
        if rule.id.startswith(DEPLOYED)
        for finding in evaluate(rule, made).findings
    ]
    assert told == []


def test_every_rule_has_a_policy() -> None:
    listed = {
        name for policy in POLICIES for part in ("rules", "silent") for name in policy.get(part, ())
    }
    assert sorted(OPEN) == sorted(IDS - listed), "renew tests/rules/documented/open.yaml"
    assert listed <= IDS
