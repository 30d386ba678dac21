"""Finds the services that a policy lets in on behalf of anyone: confused deputies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from checker.iam.confines import confines_callers, policy_of
from checker.iam.constraints import Asked
from checker.iam.fixed import ACCOUNT, WHOLLY, Fixing, any_of
from checker.iam.patterns import Undecided
from checker.iam.public import SOURCES, restricting
from checker.iam.question import actions, allowed
from checker.iam.statement import Principal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from checker.iam.fixed import Wanted
    from checker.iam.statement import Statement

_OTHERS = {
    "aws:principalisawsservice": ("false",),
    "aws:principalservicename": (),
    "aws:principalservicenameslist": (),
    **dict.fromkeys(SOURCES, ()),
}
"""What the requests of callers that are no services have of the keys about services."""
_SERVICE = {"aws:principalisawsservice": ("true",)}
_SOME_SERVICE = Principal("Service", "*", ())
_TABLE = Path(__file__).with_name("deputies.yaml")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_REGION = re.compile(r"(?<=\.)[a-z]{2}(?:-[a-z]+)+-[0-9]\.")


def deputies(statement: Statement, more: Sequence[str] = ()) -> tuple[Principal, ...]:
    """Return the principals of an Allow that are services which may act on anyone's behalf.

    A condition says on whose behalf if it fixes a key about the source, or one of the keys in
    `more`, in whose names `*` stands for any text. Everyone also counts as one if conditions let in
    only services. All Denies of the policy count. Raises `Undecided`.
    """
    if not statement.is_allow:
        return ()
    wanted = _wanted(more)
    return tuple(each for each in statement.principals if _is_deputy(statement, each, wanted))


def _is_deputy(statement: Statement, item: Principal, wanted: Wanted) -> bool:
    if item.kind == "Service":
        return not confines_callers(statement, wanted, [item], _SERVICE)
    return _is_for_services(statement, item) and not confines_callers(
        statement, wanted, [_SOME_SERVICE], _SERVICE
    )


def _is_for_services(statement: Statement, item: Principal) -> bool:
    """Return whether a principal is everyone, and conditions let in services only."""
    doubt: Undecided | None = None
    try:
        if not item.is_everyone:
            return False
    except Undecided as why:
        doubt = why
    if _OTHERS.keys().isdisjoint(policy_of(statement).condition_keys):
        return False
    asked = Asked(actions(statement.asked), via=statement.route)
    found = allowed(policy_of(statement), asked, _OTHERS) is None
    if found and doubt is not None:
        raise doubt
    return found


def _wanted(more: Iterable[str]) -> Wanted:
    others = any_of(
        more,
        Fixing(
            lambda asked, text: WHOLLY.fixes(asked, text) or ACCOUNT.fixes(asked, text),
            WHOLLY.variables,
        ),
    )
    return lambda key: restricting(key) if key in SOURCES else others(key)


def acts_for_others(service: str) -> bool:
    """Return whether AWS asks for a condition on the source in trust policies for a service.

    A placeholder of a template after the name may be a region or `amazonaws.com`. Raises
    `Undecided` for any other that may stand for such a service.
    """
    known, hole, _ = service.partition("${")
    if not hole:
        return _REGION.sub("", service, count=1).removesuffix(".cn") in _documented()
    if f"{known}amazonaws.com" in _documented():
        return True
    if any(_may_be(service, name) for name in _documented()):
        raise Undecided(
            f"cannot decide which service `{service[:200]}` is: it contains a placeholder of a "
            "template; render the template before checking"
        )
    return False


def _may_be(service: str, name: str) -> bool:
    """Return whether a name with placeholders may be that of a service, in some region."""
    domain = "amazonaws.com"
    parts = [re.escape(part) for part in re.split(r"\$\{[^}]*\}?", service)]
    names = (name, f"{name}.cn", f"{name.removesuffix(domain)}eu-west-1.{domain}")
    return any(re.fullmatch(".*".join(parts), each) for each in names)


@lru_cache(maxsize=1)
def _documented() -> frozenset[str]:
    table = yaml.load(_TABLE.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - it is safe
    return frozenset(table)
