"""Loads the tables of facts that stand beside the modules of this package."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PAGES = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference"
_SAM_PAGES = "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide"


@cache
def table(name: str) -> Any:
    """Return the content of a YAML file of this package, which nobody may change."""
    path = Path(__file__).with_name(name)
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - it is safe


def reference(resource_type: str) -> str:
    """Return the URL of AWS's page about a resource type, such as `AWS::S3::Bucket`."""
    service, name = resource_type.lower().split("::")[1:3]
    if service == "serverless":
        return f"{_SAM_PAGES}/sam-resource-{name}.html"
    return f"{_PAGES}/aws-resource-{service}-{name}.html"
