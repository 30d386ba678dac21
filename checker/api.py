"""Offers this tool as a library: load rules, check documents, compare policies, render reports.

docs/library.md shows each function at work, and says what bounds it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike, fspath
from pathlib import Path
from typing import Any, cast

from checker.budget import budget
from checker.documents import Document, Selection, document
from checker.errors import FunctionError
from checker.iam.arn import ATTACHED_TEXT, fold
from checker.iam.request import Request
from checker.iam.request import allows as decided
from checker.iam.statement import Policy as Meaning
from checker.iam.statement import policy as meaning
from checker.kinds import builtin
from checker.kinds.aws_iam_policy import NAME
from checker.problems import InputError, Json, Problem
from checker.reader import DEFAULT_LIMITS, Limits, parse, read_bytes
from checker.render import FORMATS, renderer
from checker.report import Comparison, Report
from checker.rules import RuleSet
from checker.run.comparison import compared
from checker.run.pipeline import check as run
from checker.run.pipeline import load
from checker.settings import Arguments, Settings, settings
from checker.settings.settings import today
from checker.workers import Workers

_BOUNDED = Workers()
_TEXT = "<text>"
"""What reports call the text of a check."""
_ACTION = re.compile(r"[\w-]+:\w+")
_PRINCIPAL = re.compile(r"(?:(?:AWS|CanonicalUser|Federated|Service):.+)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules that were loaded and compiled, for any number of checks."""

    settings: Settings
    loaded: RuleSet

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the ids of all the rules, in alphabetical order."""
        return tuple(rule.id for rule in self.loaded.rules)


@dataclass(frozen=True, slots=True)
class Policy:
    """An AWS IAM policy that is valid, and what it means."""

    data: Json
    """The policy as it was written."""
    _meaning: Meaning

    def allows(
        self,
        action: str,
        resource: str = "",
        principal: str = "",
        context: Mapping[str, str | Sequence[str]] | None = None,
    ) -> bool:
        """Tell whether the policy by itself allows one request.

        `action` is one action, such as `s3:GetObject`, and `resource` the ARN of one resource;
        empty, it is the resource that the policy is attached to, as for a trust policy.
        `principal` is a kind and a name, such as `AWS:arn:aws:iam::123456789012:role/ci` or
        `Service:ec2.amazonaws.com`; empty, it is whoever the policy is attached to. `context` maps
        condition keys to their values.

        Raises ValueError for what is no request, such as a pattern of actions, and FunctionError
        where the answer depends on what is not known, such as the value of a placeholder.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
        """
        if not _ACTION.fullmatch(action):
            raise ValueError(f"expected one action, such as `s3:GetObject`, not `{action}`")
        if not _PRINCIPAL.fullmatch(principal):
            raise ValueError(f"expected a principal such as `AWS:arn:…`, not `{principal}`")
        # INVARIANT: a statement without resources is never passed over, least of all a Deny.
        if any(bool(resource) is not each.names_resources for each in self._meaning.statements):
            message = "it is not known whether the policy is attached to the request's resource"
            raise FunctionError(message)
        values = {
            fold(key): (value,) if isinstance(value, str) else tuple(value)
            for key, value in (context or {}).items()
        }
        with budget():
            request = Request(action, resource or ATTACHED_TEXT, principal, values)
            return decided(self._meaning, request)


def load_rules(
    *paths: str | PathLike[str], config: str | PathLike[str] | None = None, profile: str = ""
) -> Rules:
    """Return the rules of files and directories; `builtin` are the shipped ones.

    `config` is a configuration file: without one, none is read. Raises InputError with every
    problem of every file.
    """
    asked = Arguments(
        rules=tuple(fspath(path) for path in paths),
        config=Path(config) if config else None,
        no_config=config is None,
        profile=profile,
        workers=_BOUNDED,
    )
    found = settings(asked)
    return Rules(found, load(found))


def check(
    rules: Rules,
    *,
    paths: Sequence[str | PathLike[str]] = (),
    documents: Mapping[str, Json] | None = None,
    text: str | None = None,
    workers: Workers | None = _BOUNDED,
) -> Report:
    """Decide rules on documents and return the report.

    Documents are files and directories (`paths`), plain data by the names that the report gives
    them (`documents`), and one JSON or YAML text (`text`), which the report calls `<text>`.
    Waivers are judged by the day of the check. With `workers=None` everything is decided in this
    process, and nothing bounds its time and memory. Raises InputError where the configuration of
    the rules cannot be used, or data is none that JSON can express.
    """
    if isinstance(paths, str):
        raise TypeError("`paths` must be a list of paths, not a string")
    at_hand = {name: _written(data, name) for name, data in (documents or {}).items()}
    if text is not None:
        if _TEXT in at_hand:
            raise ValueError(f"no document can be called `{_TEXT}` beside a text")
        # What is no text is a broken document of the report, which says so.
        at_hand[_TEXT] = text.encode("utf-8", "surrogatepass")
    chosen = replace(
        rules.settings,
        policies=tuple(fspath(path) for path in paths),
        texts=at_hand,
        today=today(),
        workers=workers,
    )
    return run(chosen, loaded=rules.loaded)


def compare(old: Json | str, new: Json | str) -> Comparison:
    """Tell whether a new policy grants what an old one does not, with a request as proof.

    Each is a policy as plain data, or as JSON or YAML text. What cannot be decided is a comparison
    with problems. Raises InputError for a policy that is not valid.
    """
    return compared("<new>", _document(old, "<old>"), _document(new, "<new>"))


def parse_policy(policy: Json | str, limits: Limits = DEFAULT_LIMITS) -> Policy:
    """Return a policy of plain data, or of JSON or YAML text.

    Raises InputError if it is not valid.
    """
    data = cast("dict[str, Json]", _document(policy, "<policy>", limits).data)
    return Policy(data, meaning(data))


def render_report(report: Report, format: str = "text", **options: Any) -> str:  # noqa: A002 - its name on the command line
    """Return a report in one of the formats of the command, such as `json` or `sarif`.

    `text` takes the option `colour`. Raises ValueError for an unknown format.
    """
    if format not in FORMATS:
        raise ValueError(f"unknown format `{format}`: expected one of {', '.join(FORMATS)}")
    return "".join(renderer(format)(report, **options))


def _document(policy: Json | str, name: str, limits: Limits = DEFAULT_LIMITS) -> Document:
    """Return the document of a policy; raises InputError if it is not a valid one."""
    if isinstance(policy, str):
        data = policy.encode("utf-8", "surrogatepass")
    else:
        data = _written(policy, name)
    selection = Selection((), {kind.name: kind for kind in builtin()})
    found = document(parse(read_bytes(name, data, limits), limits), selection, NAME)
    if found.problems:
        raise InputError(*found.problems)
    return found


def _written(data: Json, name: str) -> bytes:
    """Return plain data as JSON; raises InputError for what JSON cannot express."""
    try:
        return json.dumps(data, indent=2, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        message = f"is no data that JSON can express: {error}"
        raise InputError(Problem(name, message)) from error
