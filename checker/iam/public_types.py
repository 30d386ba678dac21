"""Lists the resource types that IAM Access Analyzer checks for public access.

They are the valid values of `resourceType`, each with the service whose actions are on it:
https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_CheckNoPublicAccess.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.iam import public
from checker.iam.actions import asked, matches_action
from checker.iam.constraints import Asked
from checker.iam.patterns import Undecided
from checker.iam.question import actions as of_actions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from checker.iam.request import Request
    from checker.iam.statement import Policy, Statement

SERVICES: Mapping[str, str] = {
    "AWS::ApiGateway::RestApi": "execute-api",
    "AWS::Backup::BackupVault": "backup",
    "AWS::CloudTrail::Dashboard": "cloudtrail",
    "AWS::CloudTrail::EventDataStore": "cloudtrail",
    "AWS::CodeArtifact::Domain": "codeartifact",
    "AWS::DynamoDB::Stream": "dynamodb",
    "AWS::DynamoDB::Table": "dynamodb",
    "AWS::EFS::FileSystem": "elasticfilesystem",
    "AWS::IAM::AssumeRolePolicyDocument": "sts",
    "AWS::KMS::Key": "kms",
    "AWS::Kinesis::Stream": "kinesis",
    "AWS::Kinesis::StreamConsumer": "kinesis",
    "AWS::Lambda::Function": "lambda",
    "AWS::OpenSearchService::Domain": "es",
    "AWS::S3::AccessPoint": "s3",
    "AWS::S3::Bucket": "s3",
    "AWS::S3::Glacier": "glacier",
    "AWS::S3Express::AccessPoint": "s3express",
    "AWS::S3Express::DirectoryBucket": "s3express",
    "AWS::S3Outposts::AccessPoint": "s3-outposts",
    "AWS::S3Outposts::Bucket": "s3-outposts",
    "AWS::S3Tables::Table": "s3tables",
    "AWS::S3Tables::TableBucket": "s3tables",
    "AWS::SNS::Topic": "sns",
    "AWS::SQS::Queue": "sqs",
    "AWS::SecretsManager::Secret": "secretsmanager",
}
"""By resource type: the prefix of the actions on it."""
_BY_SERVICE = "Service:a service of AWS, on behalf of anyone"


def is_about(policy: Policy, resource_type: str) -> bool:
    """Return whether a policy may be one of a resource of a type.

    It is if a statement may be about an action of the type's service.
    """
    every = asked(f"{SERVICES[resource_type]}:*")
    return any(matches_action(each, every) is not False for each in policy.statements)


def public_access(policy: Policy, resource_type: str = "") -> tuple[Statement, Request] | None:
    """Return a statement that allows a stranger something, and a request that it allows.

    With a type, one of `SERVICES`, only actions of its service count. The result is None if there
    is no such request. Raises `Undecided`.
    """
    services = [f"{SERVICES[resource_type]}:*"] if resource_type else []
    wanted = Asked(of_actions(services), shown=True)
    doubt: Undecided | None = None
    for each in policy.statements:
        try:
            found = public.public_request(each, wanted)
        except Undecided as why:
            doubt = doubt or why
            continue
        if found is not None:
            return each, _told(found)
    if doubt is not None:
        raise doubt
    return None


def _told(found: Request) -> Request:
    """Return a request by a stranger in words: that its caller is a service, if it is one."""
    key, context = "aws:principalisawsservice", dict(found.context)
    if context.pop("aws:viaawsservice", ()) == ("true",):
        context["aws:viaawsservice"] = ("true",)
    if context.pop(key, ()) == ("true",):
        return found._replace(principal=_BY_SERVICE, context=context)
    return found._replace(context=context)
