"""Defines the types that policies have in expressions, and the policy that all examples use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.cel.types import Type

if TYPE_CHECKING:
    from checker.problems import Json

POLICY = Type("policy")
STATEMENT = Type("statement")
ACCESS = Type("access")
RESOURCE = Type("resource")
ENTRY = Type("action_entry")
PRINCIPAL = Type("principal")
ISSUER = Type("issuer")
CONDITION = Type("condition")
REQUEST = Type("request")
FINDING = Type("finding")

SAMPLE: dict[str, Json] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Read",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111122223333:role/reader"},
            "Action": ["s3:GetObject", "s3:List*"],
            "Resource": ["arn:aws:s3:::reports", "arn:aws:s3:::reports/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "true"}},
        },
        {
            "Sid": "NoSecrets",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "NotResource": ["arn:aws:s3:::reports", "arn:aws:s3:::reports/public/*"],
        },
        {
            "Sid": "Deliver",
            "Effect": "Allow",
            "Principal": {"Service": "logs.amazonaws.com"},
            "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::reports/public/*",
        },
    ],
}
"""The policy that all examples use."""
