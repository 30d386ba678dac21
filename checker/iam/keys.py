"""Looks up whether a condition key exists, the type and number of its values, and if it is there.

The global keys, of which the catalogue has only those of tags:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from checker.iam import catalogue
from checker.iam.arn import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

GLOBAL = "aws"
"""The prefix of the global keys."""


class Key(NamedTuple):
    """What is known of a condition key."""

    type: str
    """The type of its values: String, ARN, Bool, Numeric, Date or IPAddress."""
    many: bool
    """Whether a request may have several values of it."""
    free: bool = False
    """Whether its values may be ARNs too, because users choose a part of its name."""


_STRING, _STRINGS = Key("String", many=False), Key("String", many=True)
_TAG = Key("String", many=False, free=True)
_ARN, _BOOL = Key("ARN", many=False), Key("Bool", many=False)
_DATE, _NUMBER = Key("Date", many=False), Key("Numeric", many=False)
_ADDRESS = Key("IPAddress", many=False)
_BY_TYPE = {
    _STRING: (
        "aws:CalledViaFirst aws:CalledViaLast aws:Ec2InstanceSourceVpc "
        "aws:FederatedProvider aws:PrincipalAccount aws:PrincipalOrgID aws:PrincipalServiceName "
        "aws:PrincipalOrgMasterAccountId aws:PrincipalType aws:Referer aws:RequestedRegion "
        "aws:ResourceAccount aws:ResourceOrgID aws:SourceAccount aws:SourceIdentity "
        "aws:SourceOrgID aws:SourceOwner aws:SourceVpc aws:SourceVpce aws:UserAgent aws:UserId "
        "aws:Username aws:VpceAccount aws:VpceOrgID"
    ),
    _STRINGS: (
        "aws:CalledVia aws:PrincipalOrgPaths aws:PrincipalServiceNamesList aws:ResourceOrgPaths "
        "aws:SourceOrgPaths aws:TagKeys aws:VpceOrgPaths"
    ),
    _ARN: (
        "aws:ChatbotSourceArn aws:PrincipalArn aws:SignInSessionArn aws:SourceArn aws:SourceVpcArn"
    ),
    _BOOL: (
        "aws:AssumedRoot aws:IsMcpServiceAction aws:MultiFactorAuthPresent "
        "aws:PrincipalIsAWSService aws:SecureTransport aws:ViaAWSMCPService aws:ViaAWSService"
    ),
    _DATE: "aws:CurrentTime aws:EpochTime aws:TokenIssueTime",
    _NUMBER: "aws:MultiFactorAuthAge",
    _ADDRESS: "aws:Ec2InstanceSourcePrivateIPv4 aws:SourceIp aws:VpcSourceIp",
}
GLOBAL_KEYS = {fold(name): key for key, names in _BY_TYPE.items() for name in names.split()}
NAMES = tuple(name for names in _BY_TYPE.values() for name in names.split())
"""The global keys, without those of tags, as AWS writes them."""
_ALWAYS = (
    "aws:currenttime aws:epochtime aws:principalaccount aws:principaltype aws:requestedregion "
    "aws:securetransport aws:useragent aws:userid aws:viaawsservice"
)
"""The keys of which AWS says under "Availability" that they are in the context of every request,
anonymous ones included. `aws:MultiFactorAuthPresent` is not: it is there for temporary credentials
only. Keys that are there "for all signed requests" are not either."""
_SIGNED = "aws:principalarn aws:principalisawsservice"
"""The keys of which AWS says that they are in the context of every signed request."""
_TAGS = ("aws:principaltag/", "aws:requesttag/", "aws:resourcetag/")
_HOLE = re.compile(r"\$\{[^}]*\}|<[^>]*>|(?<=/)(?:tag-key)?\Z", re.IGNORECASE)
"""What stands in a name for the key of a tag; in some names, nothing does."""
_CORRECTED = {
    "cognito-identity.amazonaws.com:amr": Key("String", many=True),
    "glacier:archiveageindays": Key("Numeric", many=False),
}
"""The keys that AWS's list of keys gives another type than their own page and its examples do:
https://docs.aws.amazon.com/cognito/latest/developerguide/role-trust-and-permissions.html and
https://docs.aws.amazon.com/amazonglacier/latest/dev/vault-lock-policy.html"""


def find(name: str) -> Key | None:
    """Return what is known of a condition key, or None for an unknown key."""
    key = fold(name)
    if key in GLOBAL_KEYS:
        return GLOBAL_KEYS[key]
    if key.startswith(_TAGS):
        return _TAG if key.partition("/")[2] else None
    if key in _CORRECTED:
        return _CORRECTED[key]
    return _of_service(key.partition(":")[0]).find(key) or _elsewhere().find(key)


def is_always_there(name: str, *, signed: bool) -> bool:
    """Return whether every request, or every `signed` one, has a value of a condition key.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
    """
    key = fold(name)
    return key in _ALWAYS.split() or (signed and key in _SIGNED.split())


def names(service: str) -> tuple[str, ...]:
    """Return the condition keys of a service, as AWS writes them."""
    return _of_service(fold(service)).names


def is_of(action: str, name: str) -> bool | None:
    """Return whether requests of an action may have a condition key that is not of all actions.

    Return None if AWS's list does not tell.
    """
    service = fold(action).partition(":")[0]
    if not catalogue.exists(action) or service in catalogue.SEVERAL_LISTS:
        return None
    return _of_action(fold(action)).find(fold(name)) is not None


@lru_cache(maxsize=4_096)
def is_of_any(service: str, name: str) -> bool:
    """Return whether requests of any action of a service may have a condition key."""
    return any(_of_action(fold(each)).find(fold(name)) for each in catalogue.actions(service))


@lru_cache(maxsize=8_192)
def _of_action(action: str) -> _Keys:
    return _keys(dict.fromkeys(catalogue.keys_of(action), "String"))


@lru_cache(maxsize=1)
def _elsewhere() -> _Keys:
    """Return the keys that a service has although their prefix is another service's.

    Those of identity providers are not among them: AWS's list and its examples disagree on types.
    """
    known = {
        name: kind
        for service in sorted(catalogue.services())
        for name, kind in catalogue.condition_keys(service).items()
        for prefix in [fold(name).partition(":")[0]]
        if prefix != service and catalogue.is_service(prefix)
    }
    return _keys(known)


class _Keys(NamedTuple):
    names: tuple[str, ...]
    plain: dict[str, Key]
    templates: tuple[tuple[re.Pattern[str], Key], ...]

    def find(self, key: str) -> Key | None:
        return self.plain.get(key) or next(
            (found for form, found in self.templates if form.fullmatch(key)), None
        )


@lru_cache(maxsize=512)
def _of_service(service: str) -> _Keys:
    return _keys(catalogue.condition_keys(service))


def _keys(known: Mapping[str, str]) -> _Keys:
    plain: dict[str, Key] = {}
    templates = []
    for name, kind in known.items():
        many = kind.startswith("ArrayOf")
        key = Key(kind.removeprefix("ArrayOf"), many)
        if _HOLE.search(name):
            key = key._replace(free=True)
            form = ".+".join(map(re.escape, _HOLE.split(fold(name))))
            templates.append((re.compile(form, re.DOTALL), key))
        else:
            plain[fold(name)] = key
    return _Keys(tuple(known), plain, tuple(templates))
