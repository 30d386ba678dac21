"""Finds what is wrong with the operators and keys of a statement's conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.budget import spend
from checker.iam import catalogue, keys
from checker.iam.arn import fold
from checker.iam.patterns import Undecided
from checker.iam.question import admits
from checker.iam.validation.coded import Finding
from checker.messages import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from checker.iam.statement import Condition, Policy, Statement

_ACCEPTED = {
    "String": {"String", "ARN"},
    "Arn": {"ARN"},
    "Numeric": {"Numeric", "Date"},
    "Date": {"Date"},
    "Bool": {"Bool"},
    "IpAddress": {"IPAddress"},
    "Binary": {"Binary", "String"},
}
"""By kind of operator: the types of keys that it compares."""
_ALWAYS_TAGGED = ("aws:principaltag", "aws:requesttag", "aws:resourcetag")
_WHO = (
    *("aws:calledvia", "aws:principalorgpaths", "aws:principalservicenameslist"),
    *("aws:resourceorgpaths", "aws:sourceorgpaths", "aws:vpceorgpaths"),
    "cognito-identity.amazonaws.com:",
)
"""How keys begin that have several values and say who calls, through what, or whose resource it is.
What a request brings along, such as the keys of its tags, may well be nothing."""
_ONE_OF_MANY = frozenset({"events:detail-type", "events:source", "events:targetarn"})
"""Keys with several values that AWS's examples of an Allow compare without a qualifier."""
_UNTRUSTWORTHY = frozenset({"aws:referer", "aws:useragent"})
"""Keys whose values callers choose."""


def kind_of(operator: str) -> str:
    """Return what an operator compares: String, Arn, Numeric, Date, Bool, IpAddress or Binary.

    Return an empty string for any other operator, such as Null.
    """
    name = base(operator).replace("Not", "", 1)
    return next((kind for kind in _ACCEPTED if name.startswith(kind)), "")


def base(operator: str) -> str:
    """Return an operator without its qualifier and without `IfExists`."""
    return operator.rpartition(":")[2].removesuffix("IfExists")


def qualifier(operator: str) -> str:
    """Return an operator's qualifier, `ForAnyValue` or `ForAllValues`; empty if it has none."""
    return operator.rpartition(":")[0]


def unknown_keys(_: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for every condition key that does not exist."""
    for each in statement.conditions:
        key = fold(each.key)
        prefix, colon, name = key.partition(":")
        if keys.find(each.key) is not None or "${" in each.key:
            continue
        if key in _ALWAYS_TAGGED or key.rstrip("/") in _ALWAYS_TAGGED:
            message = f"`{each.key}` names no tag: write `{each.key.rstrip('/')}/key-of-the-tag`"
            yield finding_at(each, "MISSING_TAG_KEY_IN_CONDITION", message)
        elif not (prefix and colon and name):
            message = f"`{each.key}` is not a condition key: expected `service:name`"
            yield finding_at(each, "INVALID_CONDITION_KEY_FORMAT", message)
        elif prefix == keys.GLOBAL:
            near = _nearest(each.key, keys.NAMES)
            message = f"unknown condition key `{each.key}`{near}"
            yield finding_at(each, "INVALID_GLOBAL_CONDITION_KEY", message)
        elif catalogue.is_service(prefix):
            near = _nearest(each.key, keys.names(prefix))
            message = f"unknown condition key `{each.key}`{near}"
            message += f" (AWS's keys as of {catalogue.updated()})"
            yield finding_at(each, "INVALID_SERVICE_CONDITION_KEY", message)


def _nearest(name: str, known: Sequence[str]) -> str:
    """Return a hint that names the known name nearest to an unknown one; it may be empty.

    Raises `BudgetError` if too few units are left to search for it.
    """
    spend(len(known))
    return did_you_mean(name, known)


def wrong_types(_: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for every operator that does not compare values of its key's type."""
    for each in statement.conditions:
        known, kind = keys.find(each.key), kind_of(each.operator)
        if known is None or not kind:
            continue
        if known.type not in _ACCEPTED[kind] and not (known.free and kind == "Arn"):
            message = f"`{each.operator}` does not compare values of type {known.type}, which "
            yield finding_at(each, "TYPE_MISMATCH", f"{message}`{each.key}` has")
        elif known.type == "ARN" and base(each.operator) in ("StringLike", "StringNotLike"):
            like = "ArnNotLike" if "Not" in each.operator else "ArnLike"
            message = f"wildcards of `{each.operator}` match across parts of an ARN: use `{like}`"
            yield finding_at(each, "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS", message)


def qualifiers(_: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for every qualifier that is missing, has no effect, or allows too much."""
    for each in statement.conditions:
        known, word = keys.find(each.key), qualifier(each.operator)
        if base(each.operator) == "Null":
            if word:
                message = f"`{word}:` has no effect before `Null`: remove it"
                yield finding_at(each, "NULL_WITH_QUALIFIER", message)
        elif known is not None and known.many and not word and not _wants_one(statement, each):
            message = (
                f"`{each.key}` has several values: use `ForAnyValue:{each.operator}` or "
                f"`ForAllValues:{each.operator}`"
            )
            yield finding_at(each, "MISSING_QUALIFIER", message)
        elif known is not None and not known.many and word == "ForAllValues" and statement.is_allow:
            message = f"`ForAllValues` also holds if `{each.key}` is missing: remove it"
            yield finding_at(each, "FORALLVALUES_WITH_SINGLE_VALUED_KEY", message)


def _wants_one(statement: Statement, condition: Condition) -> bool:
    """Return whether a condition without a qualifier says what AWS documents for its key.

    EventBridge's guide allows with it a pattern that has one of the values and no other. A Deny
    does not stop a pattern that has several, so it needs the qualifier:
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
    """
    positive = "Not" not in base(condition.operator)
    return statement.is_allow and positive and fold(condition.key) in _ONE_OF_MANY


def missing_lists(_: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for every list of who calls that `ForAllValues` allows to be missing.

    Requests without the key are allowed, unless the policy says that it must be there:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
    """
    for each in statement.conditions if statement.is_allow else ():
        known = keys.find(each.key)
        if known is None or not known.many or qualifier(each.operator) != "ForAllValues":
            continue
        if fold(each.key).startswith(_WHO) and _may_be_missing(statement, each.key):
            message = (
                f"`ForAllValues` also holds if `{each.key}` is missing: add the condition `Null` "
                "with the value `false` on it, or use `ForAnyValue`"
            )
            yield finding_at(each, "FORALLVALUES_WITH_MISSING_KEY", message)


def _may_be_missing(statement: Statement, key: str) -> bool:
    """Return whether a request without a key is allowed; if that is undecided, it is no finding."""
    try:
        return admits(statement, key, ())
    except Undecided:
        return False


def only_presence(_: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for every pattern that any value matches: it only tests for presence."""
    for each in statement.conditions:
        name = base(each.operator)
        if each.operator != name or not any(text and not text.strip("*") for text in each.values):
            continue
        if name in ("StringLike", "StringNotLike"):
            word = "false" if name == "StringLike" else "true"
            message = f"`*` matches any value: use `Null` with the value `{word}` instead"
            yield finding_at(each, f"EQUIVALENT_TO_NULL_{word.upper()}", message)


def untrustworthy_keys(_: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for every key whose value callers may choose, in an Allow."""
    for each in statement.conditions:
        if statement.is_allow and fold(each.key) in _UNTRUSTWORTHY:
            message = f"callers choose the value of `{each.key}` themselves: use another key"
            yield finding_at(each, "UNTRUSTWORTHY_CONDITION_KEY", message)


def companions(_: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for every key that needs another one, or that restricts the wrong thing."""
    names = {fold(each.key) for each in statement.conditions}
    for each in statement.conditions:
        key, negated = fold(each.key), "Not" in base(each.operator)
        if key == "dynamodb:attributes" and statement.is_allow and "dynamodb:select" not in names:
            message = "without a condition on `dynamodb:Select`, all attributes can be read: add it"
            yield finding_at(each, "DYNAMODB_ATTRIBUTES_WITHOUT_SELECT", message)
        if key == "s3:prefix" and negated is statement.is_allow:
            message = "a shorter prefix lists what this `s3:prefix` excludes: allow named prefixes"
            yield finding_at(each, "S3_PREFIX_IN_NEGATIVE_CONTEXT", message)


def empty(_: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for every condition without a value, and for an empty Condition."""
    if statement.has_condition and not statement.conditions:
        message = "the Condition is empty: add a condition or remove the element"
        yield Finding("EMPTY_OBJECT_CONDITION", message, ((*statement.route, "Condition"),))
    for each in statement.conditions:
        if not each.values:
            if_exists = each.operator.endswith("IfExists")
            suffix = "IFEXISTS" if if_exists else qualifier(each.operator).upper()
            code = "EMPTY_ARRAY_CONDITION" + (f"_{suffix}" if suffix else "")
            yield finding_at(each, code, f"`{each.key}` is compared with no value: add one")


def duplicate_keys(_: Policy, statement: Statement) -> Iterator[Finding]:
    """Yield a finding for every key that occurs twice with one operator, in different case."""
    known: dict[tuple[str, str], Condition] = {}
    for each in statement.conditions:
        first = known.setdefault((each.operator, fold(each.key)), each)
        if first is not each:
            message = f"`{each.key}` and `{first.key}` are the same key: keep one"
            yield Finding("DUPLICATE_KEYS_WITH_DIFFERENT_CASE", message, (each.route, first.route))


def finding_at(condition: Condition, code: str, message: str) -> Finding:
    """Return a finding at one condition."""
    return Finding(code, message, (condition.route,))
