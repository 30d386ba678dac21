"""Whose tokens, and who of an account, a trust policy lets in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from checker.iam import issuers
from checker.iam.patterns import Undecided
from checker.iam.statement import Policy, policy
from checker.iam.trust import group_of, limits_callers, open_issuers

TABLE = yaml.safe_load(Path(issuers.__file__).with_name("issuers.yaml").read_text("utf-8"))
ARN = "arn:aws:iam::123456789012:oidc-provider/"
GITHUB = "token.actions.githubusercontent.com"
SUB = f"{GITHUB}:sub"
EKS = "oidc.eks.eu-west-1.amazonaws.com/id/0123456789ABCDEF"
GROUPS = ["github", "gitlab", "terraform", "cognito", "web", "other", "tenant", "unlisted"]
PROVIDERS = {
    "GitHub Actions": GITHUB,
    "GitHub's streaming of audit logs": "oidc-configuration.audit-log.githubusercontent.com",
    "GitLab.com": "gitlab.com",
    "HCP Terraform": "app.terraform.io",
    "Amazon Cognito identity pools": "cognito-identity.amazonaws.com",
    "Google": "accounts.google.com",
    "Facebook": "graph.facebook.com",
    "Login with Amazon": "www.amazon.com",
    "Buildkite": "agent.buildkite.com",
    "Pulumi Cloud": "api.pulumi.com/oidc",
    "Pulumi Cloud for any audience": "api.pulumi.com/oidc/v2",
    "Codefresh": "oidc.codefresh.io",
    "Scalr": "scalr.io",
    "Vercel": "oidc.vercel.com",
    "Upbound": "proidc.upbound.io",
    "Shisho Cloud": "tokens.cloud.shisho.dev",
    "DVC Studio": "studio.datachain.ai/api",
    "sandboxes.cloud": "sandboxes.cloud",
    "IBM Turbonomic": "oidc.op1.openshiftapps.com/2f785sojlpb85i7402pk3qogugim5nfb",
    "Azure Sentinel": "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d/",
    "Amazon EKS": EKS,
    "CircleCI": "oidc.circleci.com/org/our-org-id",
    "Bitbucket Pipelines": "api.bitbucket.org/2.0/workspaces/ours/pipelines-config/identity/oidc",
    "a team of Vercel": "oidc.vercel.com/our-team",
    "Okta": "ours.okta.com/oauth2/default",
    "Microsoft Entra ID": "login.microsoftonline.com/12345678-90ab/v2.0",
}


def trusting(principal: Any, *conditions: Any, action: str = "WithWebIdentity") -> Policy:
    """Return a trust policy with an Allow, and a Deny for each further condition."""
    allow, *denies = conditions or ({},)
    made: Any = [
        {
            "Effect": "Deny" if index else "Allow",
            "Principal": "*" if index else principal,
            "Action": f"sts:AssumeRole{action}",
            "Condition": each,
        }
        for index, each in enumerate((allow, *denies))
    ]
    return policy({"Version": "2012-10-17", "Statement": made})


def opened(provider: Any, *conditions: Any, groups: Any = GROUPS) -> list[str]:
    """Return the condition keys that should fix whose tokens a policy takes."""
    names = provider if isinstance(provider, list) else [provider]
    found = trusting({"Federated": [ARN + each for each in names]}, *conditions)
    return [each.key for each in open_issuers(found.statements[0], groups)]


@pytest.mark.parametrize("entry", TABLE, ids=lambda entry: entry["name"])
def test_an_issuer_of_the_table(entry: dict[str, Any]) -> None:
    provider, example = PROVIDERS[entry["name"]], entry["example"]
    assert entry["url"].startswith("https://")
    assert issuers.issuer(provider).name == entry["name"]
    claim = next(iter(entry["claims"]))
    key = claim if ":" in claim else f"{provider}:{claim}"
    groups = [entry["group"]]
    assert opened(provider, groups=groups) == [key]
    for good in ({"StringEquals": {key: example}}, {"StringLike": {key.upper(): example}}):
        assert opened(provider, good, groups=groups) == []
    for bad in ("*", "?*", example[:3] + "*", "*" + example[-3:]):
        assert opened(provider, {"StringLike": {key: bad}}, groups=groups) == [key], bad
    assert opened(provider, {"StringEqualsIfExists": {key: example}}, groups=groups) == [key]
    assert opened(provider, {"ForAllValues:StringEquals": {key: example}}, groups=groups) == [key]
    assert opened(provider, {"Null": {key: "false"}}, groups=groups) == [key]
    assert opened(provider, {}, {"StringNotEquals": {key: example}}, groups=groups) == []
    assert opened(provider, groups=[each for each in GROUPS if each != entry["group"]]) == []


OWNER: list[tuple[str, str, list[str], list[str]]] = [
    (
        GITHUB,
        "sub",
        [
            "repo:our-org/*",
            "repo:our-org@284008417/app@12:*",
            "repository_owner:our-org:*",
            "environment:prod:repository_owner_id:12:*",
            "job_workflow_ref:our-org/flows/.github/workflows/x.yml@*",
            "enterprise_id:12",
        ],
        [
            "repo:our-org*",
            "repo:our-or?/app:*",
            "repo:*/app:*",
            "*:pull_request",
            "*our-org/*",
            "environment:production",
            "environment:*:repository_owner:our-org",
            "repository_owner:our*",
        ],
    ),
    (GITHUB, "repository", ["our-org/app", "our-org/*"], ["our-org*", "*/app"]),
    (GITHUB, "repository_owner", ["our-org"], ["our-*"]),
    (GITHUB, "enterprise_id", ["12"], ["1*"]),
    ("gitlab.com", "sub", ["project_path:ours/*"], ["project_path:ours*", "project_path:*/app:*"]),
    ("gitlab.com", "namespace_path", ["ours", "ours/*"], ["ours*"]),
    ("app.eu.terraform.io", "sub", ["organization:ours:*"], ["organization:ours*"]),
    (
        "api.pulumi.com/oidc",
        "sub",
        ["pulumi:deploy:org:ours:*", "pulumi:*:org:ours:*"],
        ["pulumi:deploy:org:ours*", "pulumi:deploy:*:ours:*"],
    ),
    ("api.pulumi.com/oidc", "aud", ["ours", "aws:ours"], ["sts.amazonaws.com", "aws:*", "our?"]),
    ("oidc.vercel.com", "aud", ["https://vercel.com/ours"], ["https://vercel.com/*", "ours"]),
    (EKS, "sub", ["system:serviceaccount:ns:*"], ["system:serviceaccount:*", "system:*:ns:name"]),
    (
        "oidc.circleci.com/org/o",
        "sub",
        ["org/o/project/p/user/*", "org/o/project/p/*"],
        ["org/o/project/*", "org/o/project/p*", "org/o/*"],
    ),
    ("oidc.circleci.com/org/o", "oidc.circleci.com/project-id", ["p"], ["*"]),
    (
        "id.example.com",
        "sub",
        ["alice", "team-*", "*@example.com", "system:serviceaccount:ns:*", "repo:ours/*"],
        [
            "*",
            "?*",
            "system:serviceaccount:*",
            "system:serviceaccount::*",
            "system:*",
            "repo:*/app:*",
            "project_path:ours*",
        ],
    ),
    ("id.example.com", "groups", ["admins"], ["*"]),
]


@pytest.mark.parametrize(("provider", "claim", "fixed", "free"), OWNER)
def test_what_fixes_the_owner(provider: str, claim: str, fixed: list[str], free: list[str]) -> None:
    def is_open(*values: str) -> bool:
        return bool(opened(provider, {"StringLike": {f"{provider}:{claim}": list(values)}}))

    assert [each for each in fixed if is_open(each)] == []
    assert [each for each in free if not is_open(each)] == []
    assert not is_open(*fixed)
    assert is_open(*fixed, free[0])


@pytest.mark.parametrize(
    ("provider", "claim"),
    [
        (GITHUB, "aud"),
        (GITHUB, "actor"),
        ("gitlab.com", "aud"),
        ("id.example.com", "aud"),
        (EKS, "aud"),
    ],
)
def test_a_claim_that_does_not_tell_the_owner(provider: str, claim: str) -> None:
    assert opened(provider, {"StringEquals": {f"{provider}:{claim}": "ours"}})


def test_what_else_a_policy_says() -> None:
    ours, theirs = {SUB: "repo:our-org/*"}, {SUB: "repo:*/app:*"}
    assert opened(GITHUB, {"StringLike": ours, "StringLikeIfExists": theirs}) == []
    assert (
        opened(GITHUB, {"StringLike": theirs, "StringEquals": {f"{GITHUB}:repository_owner": "o"}})
        == []
    )
    assert opened(GITHUB, {"StringLike": theirs}, {"StringNotLike": ours}) == []
    assert opened(GITHUB, {}, {"StringNotLike": theirs}) == [SUB]
    assert opened(GITHUB, {}, {"StringNotLikeIfExists": ours, "Null": {SUB: "false"}}) == [SUB]
    assert opened(GITHUB, {}, {"StringLike": ours}) == [SUB]
    named = ["repo:any/repository:ref:refs/heads/main", "*x", "any"]
    assert opened(GITHUB, {}, {"StringLikeIfExists": {SUB: named}}) == [SUB]
    both = {f"{GITHUB}:repository_owner": "o", f"{GITHUB}:enterprise_id": "1"}
    assert opened(GITHUB, {}, {"StringNotEquals": both}) == []


def test_tokens_of_one_issuer_lack_the_claims_of_another() -> None:
    google = {"accounts.google.com:aud": "ours"}
    assert opened([GITHUB, "gitlab.com"], {"StringLike": {SUB: "repo:our-org/*"}}) == []
    assert opened([GITHUB, "gitlab.com"], {"StringLike": {SUB: "repo:*"}}) == [SUB]
    assert opened(GITHUB, {"StringEquals": google}) == []
    assert opened([GITHUB, "gitlab.com"], {"StringNotEquals": google}) == [SUB, "gitlab.com:sub"]
    assert opened(GITHUB, {"StringEqualsIfExists": google}) == [SUB]


@pytest.mark.parametrize(
    ("principal", "group"),
    [
        ({"Federated": "cognito-identity.amazonaws.com"}, "cognito"),
        ({"Federated": f"arn:aws-us-gov:iam::123456789012:oidc-provider/{GITHUB}"}, "github"),
        ({"Federated": f"{ARN}{GITHUB}/our-enterprise"}, "github"),
        ({"Federated": f"{ARN}token.actions.ours.ghe.com"}, "github"),
        ({"Federated": f"arn:aws:iam::${{Account}}:oidc-provider/{GITHUB}"}, "github"),
        ({"Federated": f"{ARN}evil-{GITHUB}"}, "unlisted"),
        ({"Federated": f"{ARN}gitlab.example.com"}, "unlisted"),
        ({"Federated": "arn:aws:iam::123456789012:saml-provider/x"}, ""),
        ({"AWS": "arn:aws:iam::123456789012:role/x"}, ""),
        ({"Service": "gitlab.com"}, ""),
    ],
)
def test_the_issuer_that_a_principal_is(principal: Any, group: str) -> None:
    statement = trusting(principal).statements[0]
    assert group_of(statement.principals[0]) == group
    assert [bool([*open_issuers(statement, [each])]) for each in GROUPS] == [
        each == group for each in GROUPS
    ]


def test_only_an_allow_of_a_trust_policy_trusts_an_issuer() -> None:
    (deny,) = policy(
        {
            "Statement": {
                "Effect": "Deny",
                "Principal": {"Federated": ARN + GITHUB},
                "Action": "sts:*",
            }
        }
    ).statements
    assert not [*open_issuers(deny, GROUPS)]
    (resource,) = policy(
        {
            "Statement": {
                "Effect": "Allow",
                "Principal": {"Federated": ARN + GITHUB},
                "Action": "*",
                "Resource": "*",
            }
        }
    ).statements
    assert not [*open_issuers(resource, GROUPS)]


def test_a_placeholder_in_a_condition_on_a_token() -> None:
    assert opened(GITHUB, {"StringEquals": {SUB: "repo:${Org}/${Repo}:ref:refs/heads/main"}}) == []
    for text in ("repo:${Org}/*", "${Subject}"):
        with pytest.raises(Undecided, match="render the template before checking"):
            opened(GITHUB, {"StringLike": {SUB: text}})
    with pytest.raises(Undecided, match="render the template before checking"):
        opened(GITHUB, {"StringEquals": {SUB: "${Subject}"}})
    assert opened(GITHUB, {"StringLike": {SUB: "repo:our-org/${Repo}:*"}}) == []
    assert opened(GITHUB, {"StringLike": {SUB: "repo:*/${Repo}:*"}}) == [SUB]


def test_a_placeholder_for_an_issuer() -> None:
    any_one, cluster = "${Issuer}", "oidc.eks.${Region}.amazonaws.com/id/${Id}"
    assert opened(any_one, groups=["github"]) == []
    assert opened(any_one, {"StringEquals": {"${Issuer}:aud": "x"}}) == ["${Issuer}:sub"]
    assert opened(any_one, {"StringEquals": {"${Issuer}:sub": "x"}}) == []
    assert opened(any_one, {"StringLike": {SUB: "repo:our-org/*"}}) == []
    with pytest.raises(Undecided, match="which issuer `arn:aws:iam::123456789012:oidc-provider"):
        opened(any_one, {"StringLike": {SUB: "repo:*"}}, groups=["github"])
    good = {"StringLike": {f"{cluster}:sub": "system:serviceaccount:ns:*"}}
    assert opened(cluster, good) == []
    assert opened(cluster, groups=["tenant"]) == [f"{cluster}:sub"]
    statement = trusting({"Federated": "${Provider}"}).statements[0]
    with pytest.raises(Undecided, match="which issuer"):
        group_of(statement.principals[0])


ROOT = "arn:aws:iam::999999999999:root"
LIMITS: list[dict[str, Any]] = [
    {"StringEquals": {"sts:ExternalId": ["x-1", "x-2"]}},
    {"StringLike": {"sts:ExternalId": "x-1"}},
    {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
    {"StringEquals": {"aws:PrincipalOrgID": "${aws:ResourceOrgID}"}},
    {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/r-ab12/*"}},
    {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::999999999999:role/deploy-*"}},
    {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/aws-reserved/*"}},
    {"StringEquals": {"aws:PrincipalArn": ROOT}},
    {"StringLike": {"aws:userid": "AROAEXAMPLEID:*"}},
    {"StringEquals": {"aws:username": "deploy"}},
    {"StringEquals": {"aws:PrincipalTag/team": "deploy"}},
    {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    {"StringEquals": {"aws:MultiFactorAuthPresent": "true"}},
    {"NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}},
    {"Null": {"aws:MultiFactorAuthAge": "false"}},
    {"StringEqualsIfExists": {"sts:ExternalId": "x"}, "Null": {"sts:ExternalId": "false"}},
]
NO_LIMITS: list[dict[str, Any]] = [
    {},
    {"StringLike": {"sts:ExternalId": "*"}},
    {"StringLike": {"sts:ExternalId": "x-*"}},
    {"StringEqualsIfExists": {"sts:ExternalId": "x"}},
    {"StringNotEquals": {"sts:ExternalId": "x"}},
    {"Null": {"sts:ExternalId": "false"}},
    {"StringEquals": {"sts:ExternalId": "${aws:PrincipalAccount}"}},
    {"StringLike": {"aws:PrincipalOrgID": "o-*"}},
    {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "*/r-ab12/*"}},
    {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::999999999999:*"}},
    {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}},
    {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::9999*"}},
    {"ArnLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/x", "arn:*:iam::*:user/*"]}},
    {"StringLike": {"aws:userid": "AROA*"}},
    {"StringLike": {"aws:PrincipalTag/team": "*"}},
    {"Bool": {"aws:MultiFactorAuthPresent": ["true", "false"]}},
    {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}},
    {"Null": {"aws:MultiFactorAuthPresent": "false"}},
    {"NumericLessThanIfExists": {"aws:MultiFactorAuthAge": "3600"}},
    {"StringEquals": {"aws:PrincipalAccount": "999999999999"}},
    {"StringEquals": {"sts:RoleSessionName": "deploy"}},
    {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
]


def limited(*conditions: Any, principal: Any = ROOT, more: tuple[str, ...] = ()) -> bool:
    found = trusting({"AWS": principal}, *conditions, action="").statements[0]
    return limits_callers(found, [each for each in found.principals if each.text == ROOT], more)


@pytest.mark.parametrize("condition", LIMITS, ids=json.dumps)
def test_a_condition_that_limits_who_of_an_account_is_trusted(condition: dict[str, Any]) -> None:
    assert limited(condition)


@pytest.mark.parametrize("condition", NO_LIMITS, ids=json.dumps)
def test_a_condition_that_limits_nobody(condition: dict[str, Any]) -> None:
    assert not limited(condition)


def test_what_denies_leave_of_an_account() -> None:
    role = "arn:aws:iam::111111111111:role/x"
    assert limited({}, {"StringNotEquals": {"sts:ExternalId": "x"}})
    assert limited({}, {"StringNotEquals": {"sts:ExternalId": "x", "aws:PrincipalOrgID": "o-1"}})
    assert not limited({}, {"StringEquals": {"sts:ExternalId": "x"}})
    assert limited(
        {},
        {"Bool": {"aws:MultiFactorAuthPresent": "false"}},
        {"Null": {"aws:MultiFactorAuthPresent": "true"}},
    )
    assert limited({}, {"ArnNotEquals": {"aws:PrincipalArn": role}}, principal=[ROOT, role])
    assert not limited({}, principal=[ROOT, role])
    assert limited({"StringEquals": {"aws:SourceIdentity": "x"}}, more=("aws:Source*",))
    assert not limited({"StringLike": {"aws:SourceIdentity": "*"}}, more=("aws:Source*",))
    some = {"sts:ExternalId": ["x-any", "any", "*x"]}
    assert not limited({}, {"StringLikeIfExists": some})
    deny = trusting({"AWS": ROOT}, {}, {}, action="").statements[1]
    assert not limits_callers(deny, deny.principals, ())
