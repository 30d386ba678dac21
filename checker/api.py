"""Offers the checker as a library: rules, checks, comparisons, questions and reports.

docs/library.md has examples of every function, and explains their limits.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
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
from checker.report import Answered, Comparison, Report
from checker.rules import RuleSet
from checker.run import questions
from checker.run.answering import answered
from checker.run.comparison import compared
from checker.run.pipeline import check as run
from checker.run.pipeline import load
from checker.settings import Arguments, Settings, settings
from checker.settings.settings import today
from checker.workers import Workers

_BOUNDED = Workers()
_TEXT = "<text>"
"""The name that reports use for the argument `text` of `check`."""
_ACTION = re.compile(r"[\w-]+:\w+")
_PRINCIPAL = re.compile(r"(?:(?:AWS|CanonicalUser|Federated|Service):.+)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Rules:
    """Loaded and compiled rules, for any number of checks."""

    settings: Settings
    loaded: RuleSet

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the ids of all rules, in alphabetical order."""
        return tuple(rule.id for rule in self.loaded.rules)


@dataclass(frozen=True, slots=True)
class Policy:
    """A valid AWS IAM policy."""

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
        """Say whether this policy alone allows one request.

        `action` is one action, such as `s3:GetObject`. `resource` is the ARN of one resource; if it
        is empty, the resource is the one that the policy is attached to, as for a trust policy.
        `principal` is a type and a name, such as `AWS:arn:aws:iam::123456789012:role/ci` or
        `Service:ec2.amazonaws.com`; if it is empty, the principal is the identity that the policy
        is attached to. `context` maps condition keys to their values.

        Raises ValueError if the arguments are not a request, such as a pattern of actions, and
        FunctionError if the answer depends on something unknown, such as the value of a
        placeholder.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
        """
        if not _ACTION.fullmatch(action):
            raise ValueError(f"expected one action, such as `s3:GetObject`, not `{action}`")
        if not _PRINCIPAL.fullmatch(principal):
            raise ValueError(f"expected a principal such as `AWS:arn:…`, not `{principal}`")
        # INVARIANT: a statement without resources, such as a Deny, is never ignored.
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
    """Return the rules in files and directories; `builtin` means the shipped rules.

    `config` is the path of a configuration file; by default, no configuration is read. `profile` is
    the name of the profile of rules to run. Raises InputError with the problems of all files.
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
    """Check documents against rules and return the report.

    `paths` are files and directories. `documents` maps names for the report to plain data. `text`
    is a JSON or YAML text, which the report calls `<text>`. Waivers are judged against today's
    date. With `workers=None`, everything is decided in this process, without limits on time and
    memory. Raises InputError if the configuration of the rules cannot be used, or data cannot be
    expressed as JSON.
    """
    if isinstance(paths, str):
        raise TypeError("`paths` must be a list of paths, not a string")
    at_hand = {name: _written(data, name) for name, data in (documents or {}).items()}
    if text is not None:
        if _TEXT in at_hand:
            raise ValueError(f"with `text`, no document can have the name `{_TEXT}`")
        # A text with unpaired surrogates becomes a broken document, and the report says so.
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
    """Return whether a new policy grants access that an old one does not, with a request as proof.

    Each policy is plain data, or a JSON or YAML text. If the policies cannot be compared, the
    result says so in its `problems`. Raises InputError if a policy is not valid.
    """
    return compared("<new>", _document(old, "<old>"), _document(new, "<new>"))


def grants(
    policy: Json | str, actions: Sequence[str], resources: Sequence[str] = (), *, kind: str = NAME
) -> Answered:
    """Return whether a policy grants any of some actions on any of some resources.

    The policy is plain data, or a JSON or YAML text. Actions are names or patterns, and resources
    ARNs, whose wildcards stand for any resource that matches; an empty list stands for all. `kind`
    is what the policy is, such as `aws-scp`. If the answer is yes, there is a request as proof; if
    the question cannot be decided, the answer says why in its `problems`.

    Raises InputError if the policy is not valid, and ValueError if what is asked makes no sense,
    such as a misspelt action.

    https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_CheckAccessNotGranted.html
    """
    _refuse_string(actions=actions, resources=resources)
    return _answered(policy, lambda: questions.grants(actions, resources), kind)


def public_access(policy: Json | str, resource_type: str = "", *, kind: str = NAME) -> Answered:
    """Return whether the policy of a resource lets strangers in.

    With a type, such as `AWS::S3::Bucket`, only actions on such resources count. The policy, `kind`
    and the answer are as in `grants`. Raises InputError if the policy is not valid, and ValueError
    for a type or kind that is not known.

    https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_CheckNoPublicAccess.html
    """
    return _answered(policy, lambda: questions.public(resource_type), kind)


def parse_policy(policy: Json | str, limits: Limits = DEFAULT_LIMITS) -> Policy:
    """Return the policy that plain data, or a JSON or YAML text, describes.

    Raises InputError if the policy is not valid.
    """
    data = cast("dict[str, Json]", _document(policy, "<policy>", limits).data)
    return Policy(data, meaning(data))


def render(report: Report, format: str = "text", **options: Any) -> str:  # noqa: A002 - its name on the command line
    """Return a report as text in a format of the command, such as `json` or `sarif`.

    The format `text` has the option `colour` (a bool). Raises ValueError for an unknown format.
    """
    if format not in FORMATS:
        raise ValueError(f"unknown format `{format}`: expected one of {', '.join(FORMATS)}")
    return "".join(renderer(format)(report, **options))


def _answered(
    policy: Json | str, question: Callable[[], questions.Question], kind: str
) -> Answered:
    """Return the answer to a question about a policy.

    Raises InputError if the policy is not valid, and ValueError if the question makes no sense.
    """
    known = sorted(each.name for each in builtin() if each.belongs_to(NAME))
    if kind not in known:
        raise ValueError(f"unknown kind `{kind}`: expected one of {', '.join(known)}")
    try:
        asked = question()
    except InputError as error:
        raise ValueError(str(error)) from error
    return answered(asked, _document(policy, "<policy>", kind=kind))


def _refuse_string(**given: Sequence[str]) -> None:
    for name, each in given.items():
        if isinstance(each, str):
            raise TypeError(f"`{name}` must be a list of strings, not a string")


def _document(
    policy: Json | str, name: str, limits: Limits = DEFAULT_LIMITS, kind: str = NAME
) -> Document:
    """Return a policy as a document; raises InputError if the policy is not valid."""
    if isinstance(policy, str):
        data = policy.encode("utf-8", "surrogatepass")
    else:
        data = _written(policy, name)
    selection = Selection((), {kind.name: kind for kind in builtin()})
    found = document(parse(read_bytes(name, data, limits), limits), selection, kind)
    if found.problems:
        raise InputError(*found.problems)
    return found


def _written(data: Json, name: str) -> bytes:
    """Return plain data as JSON; raises InputError if JSON cannot express it."""
    try:
        return json.dumps(data, indent=2, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        message = f"cannot be expressed as JSON: {error}"
        raise InputError(Problem(name, message)) from error
