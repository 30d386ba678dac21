"""The properties of CloudFormation's resource types that hold policies."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from checker.kinds import builtin
from checker.sources.policy_properties import (
    ANY,
    EACH,
    Form,
    PolicyProperty,
    attachments,
    global_policies,
    other_languages,
    policy_properties,
    resource_types,
    serverless_policies,
)
from checker.sources.tables import reference, table

PROPERTY = re.compile(r"[A-Z]\w*")
FUNCTION = "AWS::Serverless::Function"
OF_API = ("Properties", "Auth", "ResourcePolicy", "CustomStatements")
ALL = [(name, each) for name in resource_types() for each in policy_properties(name)]


def only(resource_type: str) -> PolicyProperty:
    (found,) = policy_properties(resource_type)
    return found


@pytest.mark.parametrize(
    ("resource_type", "path", "kind"),
    [
        ("AWS::S3::BucketPolicy", ("PolicyDocument",), "aws-resource-policy"),
        ("AWS::IAM::Group", ("Policies", EACH, "PolicyDocument"), "aws-identity-policy"),
        ("AWS::EC2::VPCEndpoint", ("PolicyDocument",), "aws-vpc-endpoint-policy"),
        ("AWS::SSO::PermissionSet", ("InlinePolicy",), "aws-identity-policy"),
        ("AWS::RolesAnywhere::Profile", ("SessionPolicy",), "aws-permissions-boundary"),
        ("AWS::FSx::S3AccessPointAttachment", ("S3AccessPoint", "Policy"), "aws-resource-policy"),
    ],
)
def test_a_policy_is_found_where_its_resource_type_has_it(
    resource_type: str, path: tuple[str, ...], kind: str
) -> None:
    assert only(resource_type).path == path
    assert only(resource_type).kind() == kind


def test_a_role_trusts_and_grants() -> None:
    found = {each.path: each.kind() for each in policy_properties("AWS::IAM::Role")}
    assert found == {
        ("AssumeRolePolicyDocument",): "aws-trust-policy",
        ("Policies", EACH, "PolicyDocument"): "aws-identity-policy",
    }


@pytest.mark.parametrize(
    ("chosen", "kind"),
    [
        ("SERVICE_CONTROL_POLICY", "aws-scp"),
        ("RESOURCE_CONTROL_POLICY", "aws-rcp"),
        ("TAG_POLICY", None),
        ("", None),
    ],
)
def test_the_type_of_an_organizations_policy_says_its_kind(chosen: str, kind: str | None) -> None:
    policy = only("AWS::Organizations::Policy")
    assert (policy.path, policy.chosen_by) == (("Content",), "Type")
    assert policy.kind(chosen) == kind


@pytest.mark.parametrize(
    ("resource_type", "form"),
    [
        ("AWS::ECR::Repository", Form.EITHER),
        ("AWS::Logs::Destination", Form.TEXT),
        ("AWS::Kinesis::ResourcePolicy", Form.OBJECT),
        ("AWS::Events::EventBusPolicy", Form.STATEMENT),
    ],
)
def test_a_property_says_how_it_gives_the_policy(resource_type: str, form: Form) -> None:
    assert only(resource_type).form == form


def test_a_function_of_sam_has_policies_statements_and_a_role() -> None:
    found = {each.path: (each.kind(), each.form) for each in policy_properties(FUNCTION)}
    assert found == {
        ("AssumeRolePolicyDocument",): ("aws-trust-policy", Form.EITHER),
        ("Policies",): ("aws-identity-policy", Form.SAM),
        ("Events", ANY, *OF_API): ("aws-resource-policy", Form.STATEMENTS),
    }
    assert reference(FUNCTION).endswith("/developerguide/sam-resource-function.html")


def test_the_globals_of_sam_have_statements_for_all_apis() -> None:
    (found,) = global_policies()
    assert found.path == ("Globals", "Api", *OF_API[1:])
    assert (found.kind(), found.form) == ("aws-resource-policy", Form.STATEMENTS)


def test_managed_policies_grant_or_bound() -> None:
    assert {each.path: each.grants for each in attachments("AWS::IAM::User")} == {
        ("ManagedPolicyArns", EACH): True,
        ("PermissionsBoundary",): False,
    }


@pytest.mark.parametrize(
    "resource_type", ["AWS::IoT::Policy", "AWS::OpenSearchServerless::AccessPolicy"]
)
def test_a_policy_in_another_language_is_none_of_iam(resource_type: str) -> None:
    assert not policy_properties(resource_type)
    assert other_languages(resource_type)


def test_an_unknown_type_holds_no_policy() -> None:
    for find in (policy_properties, attachments, other_languages):
        assert not find("Custom::Thing")


def test_all_kinds_exist() -> None:
    kinds = {kind for _, each in ALL for kind in each.kinds.values()}
    kinds |= {kind for each in serverless_policies() for kind in each.kinds.values()}
    assert kinds <= {each.name for each in builtin()}


@pytest.mark.parametrize("resource_type", resource_types())
def test_every_row_is_well_formed_and_has_a_page_at_aws(resource_type: str) -> None:
    assert re.fullmatch(r"AWS::[A-Z]\w+::[A-Z]\w+", resource_type)
    assert re.fullmatch(
        r"https://docs\.aws\.amazon\.com/[\w/-]+/(aws|sam)-resource-[a-z0-9-]+\.html",
        reference(resource_type),
    )
    policies = [each.path for each in policy_properties(resource_type)]
    paths = [*policies, *(each.path for each in attachments(resource_type))]
    paths += other_languages(resource_type)
    for path in paths:
        assert path
        assert all(key in {EACH, ANY} or PROPERTY.fullmatch(key) for key in path)
        assert EACH not in path[:1]
    assert not set(policies) & set(other_languages(resource_type))


@pytest.mark.parametrize("section", ["policies", "attached", "others"])
def test_the_rows_are_sorted(section: str) -> None:
    rows = list(table("cloudformation_policies.yaml")[section])
    assert all(before < after for before, after in pairwise(rows))


def test_statements_of_serverless_functions_are_found() -> None:
    found = {each.path: each.kind() for each in serverless_policies()}
    assert found["provider", "iam", "role", "statements"] == "aws-identity-policy"
    assert found["functions", ANY, "iamRoleStatements"] == "aws-identity-policy"
    assert found["provider", "apiGateway", "resourcePolicy"] == "aws-resource-policy"
