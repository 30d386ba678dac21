"""Policies of CloudFormation templates, rendered in every way that is open."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from checker.problems import Json, Location, Source
from checker.reader import DEFAULT_LIMITS
from checker.reader.reading import parse_dialect
from checker.sources.cloudformation import parts, template
from checker.sources.cloudformation.sections import YAML
from checker.sources.part import Part, Refused
from checker.sources.stand_ins import shown

if TYPE_CHECKING:
    from checker.reader import Reading

FRAME = """\
Parameters:
  Free: {Type: String}
  Fixed: {Type: String, AllowedPattern: '[a-z0-9-]{3,63}'}
  Loose: {Type: String, AllowedPattern: '[^/]+'}
  Stored: {Type: 'AWS::SSM::Parameter::Value<String>', AllowedPattern: '[a-z]+'}
  Defaulted: {Type: String, Default: 'arn:aws:s3:::a'}
  Chosen: {Type: String, AllowedValues: ['*', 'arn:aws:s3:::a']}
  Stage: {Type: String, AllowedValues: [dev, test, prod]}
  Single: {Type: String, AllowedValues: [only]}
  PairName: {Type: String}
  Prefix: {Type: String, AllowedPattern: '[a-z]*'}
  Constant: {Type: String, AllowedPattern: 'logs-bucket'}
  Switch: {Type: String, AllowedValues: ['true', 'false']}
  Several: {Type: CommaDelimitedList}
Mappings:
  Buckets: {fixed: {arn: 'arn:aws:s3:::mapped'}}
  Regions:
    us-east-1: {arn: 'arn:aws:s3:::virginia'}
    eu-west-1: {arn: 'arn:aws:s3:::ireland'}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsDev: !Equals [dev, !Ref Stage]
  IsChina: !Equals [!Ref AWS::Partition, aws-cn]
  IsGov: !Equals [!Ref AWS::Partition, aws-us-gov]
  IsUsual: !Equals [!Ref AWS::Partition, aws]
  IsYes: !Equals [yes, 'true']
  IsOn: !Equals [!Ref Switch, on]
  IsNamed: !Equals [!Ref Free, named]
  IsMixed: !And [!Not [!Condition IsProd], !Or [!Condition IsDev, !Equals [!Ref Stage, test]]]
Resources:
  Bucket: {Type: 'AWS::S3::Bucket'}
  Pair: {Type: 'AWS::EC2::KeyPair', Properties: {KeyName: !Ref PairName}}
  Stored2: {Type: 'AWS::SSM::Parameter', Properties: {Value: '*'}}
  Made: {Type: 'AWS::CloudFormation::CustomResource'}
  Own: {Type: 'Custom::Thing'}
  Nested: {Type: 'AWS::CloudFormation::Stack'}
  P:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          Effect: Allow
          Action: s3:GetObject
          Resource: """
DATA = Path(__file__).with_suffix(".yaml")


def reading(text: str) -> Reading:
    (found,) = parse_dialect(Source("a.yaml", text, ""), DEFAULT_LIMITS, YAML)
    return found


def found_in(text: str) -> list[Part | Refused]:
    read = template(reading(text))
    assert read is not None
    return [each for _, found in parts(read, DEFAULT_LIMITS) for each in found]


def told(part: Part | Refused) -> str:
    assert isinstance(part, Refused)
    (problem,) = part.problems
    return problem.message


def cases() -> list[Any]:
    """Return each case; its functions are written in the long form."""
    source = Source("cases.yaml", DATA.read_text(encoding="utf-8"), "")
    (found,) = parse_dialect(source, DEFAULT_LIMITS, YAML)
    listed: Any = found.data
    return [
        pytest.param(
            json.dumps(each["resource"]), each["is"], each.get("open", []), id=each["name"]
        )
        for each in listed
    ]


@pytest.mark.parametrize(("resource", "made", "unknown"), cases())
def test_what_is_made_of_a_resource(resource: str, made: Json, unknown: list[str]) -> None:
    ways: dict[str, Json] = {}
    placeholders: set[str] = set()
    for each in found_in(FRAME + resource):
        assert isinstance(each, Part), each
        text = json.dumps(each.reading.data)
        ways[" and ".join(each.when)] = json.loads(shown(text, each.legend))["Statement"][
            "Resource"
        ]
        placeholders |= {name[2:-1] for name in each.unknowns}
    assert ways == (made if isinstance(made, dict) else {"": made})
    assert placeholders == set(unknown)


REPEATED = """\
Parameters:
  Arn: {Type: String}
Conditions:
  IsProd: !Equals [!Ref AWS::StackName, prod]
  Loop: !Condition Loop
Resources:
  Role:
    Type: AWS::IAM::Role
    Condition: CONDITION
    Properties:
      AssumeRolePolicyDocument: TRUST
      Policies:
        - PolicyName: a
          PolicyDocument: POLICY
"""
POLICY = '{Statement: {Effect: Allow, Action: "s3:*", Resource: "*"}}'


def test_a_policy_has_the_address_and_the_kind_of_its_place() -> None:
    text = REPEATED.replace("POLICY", POLICY).replace("TRUST", POLICY)
    found = found_in(text.replace("    Condition: CONDITION\n", ""))
    assert [(each.name, each.kind) for each in found if isinstance(each, Part)] == [
        ("Resources.Role.Properties.AssumeRolePolicyDocument", "aws-trust-policy"),
        ("Resources.Role.Properties.Policies[0].PolicyDocument", "aws-identity-policy"),
    ]


def test_a_resource_with_a_condition_is_there_only_when_it_holds() -> None:
    text = REPEATED.replace("CONDITION", "IsProd").replace(
        "      AssumeRolePolicyDocument: TRUST\n", ""
    )
    inside = '{Statement: {Effect: Allow, Action: "s3:*", Resource: !If [IsProd, a, b]}}'
    (found,) = found_in(text.replace("POLICY", inside))
    assert isinstance(found, Part)
    assert found.reading.data == {
        "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "a"}
    }
    assert found.when == ()


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ("!Ref Arn", "the policy is the parameter `Arn` (line 2)"),
        ("!If [Loop, a, b]", "the condition `Loop` refers to itself"),
        ("!If [IsProd]", "`Fn::If` needs a condition and two values"),
        ("!Sub [a]", "`Fn::Sub` needs a text, or a text and a mapping"),
        ("{Statement: [!Transform {Name: 'AWS::Include'}]}", "check the processed template"),
        ("{Fn::Transform: {Name: x}, Statement: []}", "check the processed template"),
        ("!Sub '{\"Statement\": '", "the JSON text ends too early"),
    ],
)
def test_what_cannot_be_rendered_is_refused_with_its_place(policy: str, message: str) -> None:
    text = REPEATED.replace("    Condition: CONDITION\n", "").replace(
        "      AssumeRolePolicyDocument: TRUST\n", ""
    )
    (found,) = found_in(text.replace("POLICY", policy))
    assert message in told(found)
    assert isinstance(found, Refused)
    assert found.problems[0].location is not None


def test_one_policy_that_is_refused_hides_no_other() -> None:
    text = REPEATED.replace("    Condition: CONDITION\n", "").replace("TRUST", POLICY)
    found = found_in(text.replace("POLICY", "!Ref Arn"))
    assert [type(each) for each in found] == [Part, Refused]


def test_more_cases_than_are_tried_are_refused() -> None:
    conditions = "".join(f"  C{n}: !Equals [!Ref AWS::StackName, s{n}]\n" for n in range(70))
    text = FRAME.replace("Conditions:\n", "Conditions:\n" + conditions)
    chosen = [f"!If [C{n}, a, b]" for n in range(70)]
    (found,) = found_in(f"{text}[{', '.join(chosen)}]\n")
    assert "more than 64 variants" in told(found)


TEXT = """\
Parameters:
  Name: {Type: String, AllowedPattern: '[a-z]+'}
Resources:
  P:
    Type: AWS::S3::BucketPolicy
    Properties:
      PolicyDocument: !Sub |
        {"Statement": {
          "Effect": "Allow",
          "Action": "s3:GetObject",
          "Resource": "arn:aws:s3:::${Name}/${!aws:username}/*"}}
"""


def test_each_character_has_its_place_in_the_file() -> None:
    (found,) = found_in(TEXT)
    assert isinstance(found, Part)
    line = TEXT.split("\n")[10]
    route = ("Statement", "Resource")
    start = line.index("arn")
    assert found.reading.locate(route) == Location(11, start, 11, line.index("}}") + 1)
    raw = str(found.reading.within(route).data)
    assert shown(raw, found.legend) == "arn:aws:s3:::${Name}/${aws:username}/*"
    column = raw.index("/*") + 2
    assert found.reading.locate_text(route, 1, column).column == line.index('/*"') + 2


ALIASES = """\
Resources:
  A:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument: &policy
        Statement: {Effect: Allow, Action: 's3:*', Resource: '*'}
  B:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument: *policy
"""


CHOSEN = """\
Parameters:
  Verb: {Type: String, AllowedValues: [Get, Put]}
  Any: {Type: String, AllowedPattern: '[A-Za-z]+'}
  Bucket: {Type: String}
  Account: {Type: String, AllowedValues: ['111122223333', '444455556666']}
  Who: {Type: String, AllowedPattern: '[a-z:/]+'}
  Tls: {Type: String, AllowedValues: ['true', 'false']}
Resources:
  B: {Type: 'AWS::S3::Bucket', Properties: {BucketName: !Ref Bucket}}
  P:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument:
        Statement: """


@pytest.mark.parametrize(
    ("statement", "made"),
    [
        ("{Action: !Sub 's3:${Verb}Object'}", ["s3:GetObject", "s3:PutObject"]),
        ("{Effect: !Ref Verb}", ["Get", "Put"]),
        ("{NotAction: [!Sub 's3:${Verb}*']}", ["s3:Get*", "s3:Put*"]),
        ("{Action: !Sub 'iam:${Any}'}", ["iam:${Any}"]),
        ("{Action: !Sub 'iam:${Bucket}'}", ["iam:${Bucket}"]),
        ("{Principal: {AWS: !Ref Account}}", ["111122223333", "444455556666"]),
        ("{Principal: {AWS: !Ref Who}}", ["${Who}"]),
        ("{Condition: {Bool: {'aws:SecureTransport': !Ref Tls}}}", ["true", "false"]),
    ],
)
def test_a_value_is_told_where_its_text_matters(statement: str, made: list[str]) -> None:
    found = found_in(CHOSEN + statement)
    texts = [json.dumps(each.reading.data) for each in found if isinstance(each, Part)]
    assert len(texts) == len(made)
    assert all(f'"{each}"' in text for each, text in zip(made, texts, strict=True))
    opened = {name for each in found if isinstance(each, Part) for name in each.unknowns}
    assert opened == {f"${{{name}}}" for name in ("Any", "Bucket", "Who") if name in statement}


def test_a_text_that_is_a_stand_in_is_refused() -> None:
    (found,) = found_in(FRAME + "[!Sub 'arn:aws:s3:::${Bucket}/*']")
    assert isinstance(found, Part)
    (stand_in,) = (each for each in found.legend if each.startswith("bucket-"))
    literal = (
        f"[!Sub 'arn:aws:s3:::${{Bucket}}/*', !Join ['', ['{stand_in[:9]}', '{stand_in[9:]}']]]"
    )
    (found,) = found_in(FRAME + literal)
    assert "the policy has a text that stands for another value" in told(found)


def test_a_text_that_grows_is_refused() -> None:
    large = "{b: " + "x" * 9_000 + "}"
    inner = f'!Sub ["{"${b}" * 400}", {large}]'
    (found,) = found_in(f'{FRAME}!Sub ["{"${a}" * 400}", {{a: {inner}}}]')
    assert "more than 1,000,000 characters" in told(found)
    json_text = "{'Fn::ToJsonString': " * 30 + "['x']" + "}" * 30
    (found,) = found_in(FRAME + json_text)
    assert "more than 1,000,000 characters" in told(found)


def test_an_alias_is_what_its_anchor_is() -> None:
    found = found_in(ALIASES)
    assert [each.name.split(".")[1] for each in found] == ["A", "B"]
    assert all(isinstance(each, Part) for each in found)
    assert found[0].reading.data == found[1].reading.data  # type: ignore[union-attr]
