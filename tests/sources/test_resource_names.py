"""What Ref and Fn::GetAtt return, by resource type."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from checker.iam.arn import fold
from checker.iam.catalogue import formats_in_arns
from checker.sources.resource_names import (
    Format,
    Part,
    Piece,
    ResourceNames,
    resource_names,
    resource_types,
)
from checker.sources.tables import reference

VALUES = {
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-1",
    "AWS::AccountId": "123456789012",
    "AWS::URLSuffix": "amazonaws.com",
}
FORMATS = {"Partition": "aws", "Region": "eu-west-1", "Account": "123456789012"}
"""The values of the holes in AWS's formats of ARNs that are known."""


def names(resource_type: str) -> ResourceNames:
    found = resource_names(resource_type)
    assert found is not None
    return found


def text(format_: Format) -> str:
    """Return a text of a format; what is not known stands in angle brackets."""
    return "".join(_text(each) for each in format_)


def _text(piece: Piece) -> str:
    match piece.part:
        case Part.TEXT:
            return piece.text
        case Part.PSEUDO:
            return VALUES[piece.text]
        case Part.PROPERTY:
            return piece.otherwise or f"<{piece.text}>"
        case part:
            return f"<{part.name.lower()}>"


@pytest.mark.parametrize(
    ("resource_type", "ref", "attribute", "value"),
    [
        ("AWS::S3::Bucket", "<name>", "Arn", "arn:aws:s3:::<name>"),
        (
            "AWS::ECR::Repository",
            "<name>",
            "Arn",
            "arn:aws:ecr:eu-west-1:123456789012:repository/<name>",
        ),
        ("AWS::IAM::Role", "<name>", "Arn", "arn:aws:iam::123456789012:role/<name>"),
        (
            "AWS::SQS::Queue",
            "https://sqs.eu-west-1.amazonaws.com/123456789012/<name>",
            "Arn",
            "arn:aws:sqs:eu-west-1:123456789012:<name>",
        ),
        (
            "AWS::SNS::Topic",
            "arn:aws:sns:eu-west-1:123456789012:<name>",
            "TopicName",
            "<name>",
        ),
        (
            "AWS::Logs::LogGroup",
            "<name>",
            "Arn",
            "arn:aws:logs:eu-west-1:123456789012:log-group:<name>:*",
        ),
        (
            "AWS::SecretsManager::Secret",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:<name>-<id>",
            "Id",
            "arn:aws:secretsmanager:eu-west-1:123456789012:secret:<name>-<id>",
        ),
        ("AWS::KMS::Key", "<id>", "Arn", "arn:aws:kms:eu-west-1:123456789012:key/<id>"),
        (
            "AWS::Scheduler::Schedule",
            "<name>",
            "Arn",
            "arn:aws:scheduler:eu-west-1:123456789012:schedule/default/<name>",
        ),
        (
            "AWS::CodeArtifact::Repository",
            "arn:aws:codeartifact:eu-west-1:123456789012:repository/<DomainName>/<name>",
            "Name",
            "<name>",
        ),
    ],
)
def test_functions_return_what_aws_says(
    resource_type: str, ref: str, attribute: str, value: str
) -> None:
    assert text(names(resource_type).ref) == ref
    assert text(names(resource_type).attributes[attribute]) == value


@pytest.mark.parametrize(
    ("resource_type", "name"),
    [
        ("AWS::S3::Bucket", ("BucketName",)),
        ("AWS::ECR::Repository", ("RepositoryName",)),
        ("AWS::Glue::Database", ("DatabaseInput", "Name")),
        ("AWS::KMS::Key", ()),
    ],
)
def test_a_property_names_the_resource(resource_type: str, name: tuple[str, ...]) -> None:
    assert names(resource_type).name_property == name


def test_a_path_is_a_property_with_a_default() -> None:
    assert Piece(Part.PROPERTY, "Path", "/") in names("AWS::IAM::Role").attributes["Arn"]


def test_a_type_that_is_not_listed_has_no_formats() -> None:
    assert resource_names("Custom::Thing") is None


def is_arn(given: str) -> bool:
    """Return whether a text is an ARN in one of the formats that AWS lists for its service."""
    # such an id may have slashes, as a role's name has the role's path before it
    return any(
        re.fullmatch(
            re.sub(r"\\\$\\\{(\w+)\\\}", lambda hole: FORMATS.get(hole[1], ".+"), re.escape(each)),
            given.replace("<rest>", "<a>/<b>"),
        )
        for each in formats_in_arns(given) or ()
    )


@pytest.mark.parametrize("resource_type", resource_types())
def test_every_format_gives_an_arn_or_one_value(resource_type: str) -> None:
    found = names(resource_type)
    formats = {"Ref": found.ref, **found.attributes}
    for key, format_ in formats.items():
        given = text(format_)
        assert "$" not in given
        assert "{" not in given
        if given.startswith("arn:"):
            assert is_arn(given), given
        else:
            assert ":" not in given or given.startswith(("https://sqs.", "eu-west-1:")), given
        if fold(key).endswith("arn"):
            assert given.startswith("arn:"), key
    used = {each.part for format_ in formats.values() for each in format_}
    assert (Part.NAME in used) <= bool(found.name_property)


def test_every_row_has_a_page_at_aws_and_the_rows_are_sorted() -> None:
    types = resource_types()
    assert all(before < after for before, after in pairwise(types))
    for each in types:
        assert reference(each).startswith("https://docs.aws.amazon.com/")
