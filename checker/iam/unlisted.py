"""Knows names that AWS's list of actions lacks but that are not misspelt.

They are those of services that AWS has closed, of actions that AWS's own policies name, and of
operations of an API whose permission has another name.
"""

from __future__ import annotations

from functools import lru_cache

from checker.iam.arn import fold

CLOSED = {
    "codestar": "2024-07-31",
    "deepcomposer": "",
    "deeplens": "",
    "deepracer": "",
    "evidently": "2025-10-16",
    "iot1click": "2024-12-16",
    "iotevents": "2026-05-20",
    "zocalo": "",
}
"""By prefix of a service that AWS has closed: its last day, where AWS's pages say it. `zocalo` was
the prefix of WorkDocs.

https://docs.aws.amazon.com/codestar/latest/APIReference/Welcome.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Evidently.html
https://docs.aws.amazon.com/iot-1-click/latest/developerguide/doc-history.html
https://docs.aws.amazon.com/iotevents/latest/developerguide/iotevents-commands.html
https://docs.aws.amazon.com/general/latest/gr/lifecycle-doc-history.html
"""
_ONLY_IN_POLICIES = {
    "route53-recovery-control-config": "DescribeRoutingControlByName",
    "securityagent": (
        "BatchGetAgentInstances BatchGetSecurityTestContentMetadata BatchGetTasks "
        "CreateDocumentReview DeleteDocumentReview GetCodeReviewTask GetDocReviewTask "
        "GetDocumentReview GetDocumentReviewArtifact ListAgentInstances ListControls "
        "ListDocumentReviewComments ListDocumentReviews ListTasks StartPentestExecution "
        "StopPentestExecution"
    ),
}
"""By service: the actions that AWS's own policies name and IAM Access Analyzer accepts.

https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonRoute53RecoveryControlConfigReadOnlyAccess.html
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/SecurityAgentWebAppAPIPolicy.html
"""
_OPERATIONS = {
    "dynamodb": {
        "PutItem": "TransactWriteItems",
        "GetItem": "TransactGetItems",
    },
    "kms": {"ReEncryptFrom": "ReEncrypt"},
    "lambda": {"InvokeFunction": "Invoke InvokeWithResponseStream"},
    "s3": {
        "DeleteObject": "DeleteObjects",
        "GetAccelerateConfiguration": "GetBucketAccelerateConfiguration",
        "GetAnalyticsConfiguration": (
            "GetBucketAnalyticsConfiguration ListBucketAnalyticsConfigurations"
        ),
        "GetBucketNotification": "GetBucketNotificationConfiguration",
        "GetBucketObjectLockConfiguration": "GetObjectLockConfiguration",
        "GetBucketPublicAccessBlock": "GetPublicAccessBlock",
        "GetEncryptionConfiguration": "GetBucketEncryption",
        "GetIntelligentTieringConfiguration": (
            "GetBucketIntelligentTieringConfiguration ListBucketIntelligentTieringConfigurations"
        ),
        "GetInventoryConfiguration": (
            "GetBucketInventoryConfiguration ListBucketInventoryConfigurations"
        ),
        "GetLifecycleConfiguration": "GetBucketLifecycle GetBucketLifecycleConfiguration",
        "GetMetricsConfiguration": "GetBucketMetricsConfiguration ListBucketMetricsConfigurations",
        "GetObject": "HeadObject SelectObjectContent",
        "GetReplicationConfiguration": "GetBucketReplication",
        "ListAllMyBuckets": "ListBuckets",
        "ListBucket": "HeadBucket ListObjects ListObjectsV2",
        "ListBucketMultipartUploads": "ListMultipartUploads",
        "ListBucketVersions": "ListObjectVersions",
        "ListMultipartUploadParts": "ListParts",
        "PutAccelerateConfiguration": "PutBucketAccelerateConfiguration",
        "PutAnalyticsConfiguration": (
            "DeleteBucketAnalyticsConfiguration PutBucketAnalyticsConfiguration"
        ),
        "PutBucketCORS": "DeleteBucketCors",
        "PutBucketNotification": "PutBucketNotificationConfiguration",
        "PutBucketObjectLockConfiguration": "PutObjectLockConfiguration",
        "PutBucketOwnershipControls": "DeleteBucketOwnershipControls",
        "PutBucketPublicAccessBlock": "DeletePublicAccessBlock PutPublicAccessBlock",
        "PutBucketTagging": "DeleteBucketTagging",
        "PutEncryptionConfiguration": "DeleteBucketEncryption PutBucketEncryption",
        "PutIntelligentTieringConfiguration": (
            "DeleteBucketIntelligentTieringConfiguration PutBucketIntelligentTieringConfiguration"
        ),
        "PutInventoryConfiguration": (
            "DeleteBucketInventoryConfiguration PutBucketInventoryConfiguration"
        ),
        "PutLifecycleConfiguration": (
            "DeleteBucketLifecycle PutBucketLifecycle PutBucketLifecycleConfiguration"
        ),
        "PutMetricsConfiguration": "DeleteBucketMetricsConfiguration PutBucketMetricsConfiguration",
        "PutObject": (
            "CompleteMultipartUpload CopyObject CreateMultipartUpload UploadPart UploadPartCopy"
        ),
        "PutReplicationConfiguration": "DeleteBucketReplication PutBucketReplication",
    },
    "sns": {"Publish": "PublishBatch"},
    "sqs": {
        "ChangeMessageVisibility": "ChangeMessageVisibilityBatch",
        "DeleteMessage": "DeleteMessageBatch",
        "SendMessage": "SendMessageBatch",
    },
}
"""By service and action: the operations of the API that need it and have another name.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html
https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
https://docs.aws.amazon.com/sns/latest/dg/sns-batch-api-actions.html
"""


def is_closed(service: str) -> bool:
    """Return whether AWS has closed a service, by its prefix."""
    return fold(service) in CLOSED


def is_in_policies_of_aws(action: str) -> bool:
    """Return whether AWS's own policies name an action that AWS's list of actions lacks."""
    service, _, name = fold(action).partition(":")
    return name in fold(_ONLY_IN_POLICIES.get(service, "")).split()


def needed(operation: str) -> str:
    """Return the action that an operation such as `s3:ListBuckets` needs, or an empty string.

    It is only returned for an operation of which no action has the name.
    """
    return _needed().get(fold(operation), "")


@lru_cache(maxsize=1)
def _needed() -> dict[str, str]:
    return {
        fold(f"{service}:{name}"): f"{service}:{action}"
        for service, actions in _OPERATIONS.items()
        for action, names in actions.items()
        for name in names.split()
    }
