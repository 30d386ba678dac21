"""Policies in the dump of an account, and what each principal may do by all of its policies."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.problems import Location, Source
from checker.reader import Limits, parse
from checker.sources import effective
from checker.sources.account import account, is_dump, left, policies
from checker.sources.effective import together
from checker.sources.part import Part, Refused

if TYPE_CHECKING:
    from checker.problems import Json
    from checker.sources.account import Account

IDENTITY, TRUST, BOUNDARY = "aws-identity-policy", "aws-trust-policy", "aws-permissions-boundary"
OURS, AWS = "arn:aws:iam::111122223333:policy/", "arn:aws:iam::aws:policy/"


def allow(*actions: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}


def policy(*statements: dict[str, Any], version: str = "2012-10-17") -> dict[str, Any]:
    return {"Version": version, "Statement": list(statements)}


def managed(arn: str, *statements: dict[str, Any], **more: Any) -> dict[str, Any]:
    version = {"VersionId": "v1", "IsDefaultVersion": True, "Document": policy(*statements)}
    name = arn.rpartition("/")[2]
    return {"PolicyName": name, "Arn": arn, "PolicyVersionList": [version], **more}


def holder(what: str, name: str, **more: Any) -> dict[str, Any]:
    """Return a user, group or role: its inline policies, and what is attached to it."""
    inline = [
        {"PolicyName": key, "PolicyDocument": value}
        for key, value in more.pop("inline", {}).items()
    ]
    attached = [{"PolicyName": "x", "PolicyArn": arn} for arn in more.pop("attached", ())]
    bound = more.pop("boundary", "")
    if bound:
        more["PermissionsBoundary"] = {"PermissionsBoundaryArn": bound}
    return {
        f"{what}Name": name,
        f"{what}PolicyList": inline,
        "AttachedManagedPolicies": attached,
        **more,
    }


def dump(**lists: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": []}
    return {**empty, "Policies": [], **lists}


def read(data: Json) -> Account:
    return account(parse(Source("dump.json", json.dumps(data, indent=1), "")), Limits())


def joined(data: Json) -> dict[str, Part | Refused]:
    return {each.name: each for each in together(read(data))}


def statements(part: Part | Refused) -> list[Any]:
    assert isinstance(part, Part), part
    data: Any = part.reading.data
    return list(data["Statement"])


def message(part: Part | Refused) -> str:
    assert isinstance(part, Refused), part
    (problem,) = part.problems
    assert problem.location is not None
    return problem.message


GET, PUT, PASS = allow("s3:Get*"), allow("s3:Put*"), allow("iam:PassRole")


# ---- each policy by itself ----


def test_every_policy_in_force_has_its_address_and_kind() -> None:
    version = {"VersionId": "v1", "IsDefaultVersion": False, "Document": policy(allow("*"))}
    custom = managed(f"{OURS}m", GET)
    custom["PolicyVersionList"].insert(0, version)
    role = holder("Role", "r", inline={"a": policy(GET)}, AssumeRolePolicyDocument=policy(PUT))
    data = dump(
        UserDetailList=[holder("User", "u", inline={"b": policy(GET)})],
        GroupDetailList=[holder("Group", "g", inline={"c": policy(GET)})],
        RoleDetailList=[role],
        Policies=[custom, managed(f"{AWS}ReadOnlyAccess", GET)],
    )
    found = read(data)
    parts = list(policies(found))
    assert [(each.name, each.kind) for each in parts if isinstance(each, Part)] == [
        ("user/u/inline/b", IDENTITY),
        ("group/g/inline/c", IDENTITY),
        ("role/r/trust", TRUST),
        ("role/r/inline/a", IDENTITY),
        ("policy/m", IDENTITY),
    ]
    assert statements(parts[-1]) == [GET]
    assert list(left(found)) == []


def test_the_default_version_may_be_named_by_the_policy() -> None:
    versions = [{"VersionId": f"v{n}", "Document": policy(allow(f"s3:{n}"))} for n in (1, 2)]
    entry = {
        "PolicyName": "m",
        "Arn": OURS,
        "DefaultVersionId": "v2",
        "PolicyVersionList": versions,
    }
    (found,) = policies(read(dump(Policies=[entry])))
    assert statements(found) == [allow("s3:2")]


def test_a_policy_without_a_default_version_is_an_error() -> None:
    entry = managed(f"{OURS}m", GET)
    entry["PolicyVersionList"][0]["IsDefaultVersion"] = "true"
    (found,) = policies(read(dump(Policies=[entry])))
    assert "no version of the policy is marked as the default" in message(found)


@pytest.mark.parametrize(
    ("more", "attached", "kind"),
    [
        ({"AttachmentCount": 0, "PermissionsBoundaryUsageCount": 1}, (), BOUNDARY),
        ({"AttachmentCount": 1, "PermissionsBoundaryUsageCount": 1}, (), IDENTITY),
        ({"AttachmentCount": 0, "PermissionsBoundaryUsageCount": 0}, (), IDENTITY),
        ({"AttachmentCount": 0, "PermissionsBoundaryUsageCount": 1}, [f"{OURS}m"], IDENTITY),
        ({}, (), IDENTITY),
    ],
)
def test_a_policy_is_a_boundary_only_if_it_is_attached_to_nothing(
    more: dict[str, int], attached: list[str], kind: str
) -> None:
    data = dump(
        RoleDetailList=[holder("Role", "r", attached=attached)],
        Policies=[managed(f"{OURS}m", GET, **more)],
    )
    (found,) = policies(read(data))
    assert isinstance(found, Part)
    assert found.kind == kind


def test_a_policy_may_be_text_or_encoded_for_a_url() -> None:
    statement = {"Sid": "é", **allow("s3:GetObject")}
    text = json.dumps(policy(statement), ensure_ascii=False)
    encoded = "".join(
        each if each.isalnum() and each.isascii() else "".join(f"%{x:02X}" for x in each.encode())
        for each in text
    )
    inline = {"text": text, "encoded": encoded}
    data = dump(RoleDetailList=[holder("Role", "r", inline=inline)])
    source = json.dumps(data, indent=1)
    found = list(policies(account(parse(Source("dump.json", source, "")), Limits())))
    assert [statements(each) for each in found] == [[statement]] * 2
    assert isinstance(found[1], Part)
    for inside, spelled in (("Action", 0), "%22s3%3AGetObject%22"), (("Sid",), "%22%C3%A9%22"):
        place = found[1].reading.locate(("Statement", 0, *inside))
        line = source.split("\n")[place.line - 1]
        assert line[place.column - 1 : place.end_column - 1] == spelled
        assert place.line == place.end_line


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("{'a'", "expected a key in double quotes"),
        ("%7B%FF", "is not UTF-8"),
        ("%7B" * 90_000, "more than 262,144 characters"),
        ("%7B%22Statement%22", "the JSON text ends too early"),
    ],
)
def test_a_broken_policy_hides_no_other(document: str, told: str) -> None:
    inline = {"a": document, "b": policy(GET)}
    broken, sound = policies(read(dump(RoleDetailList=[holder("Role", "r", inline=inline)])))
    assert told in message(broken)
    assert isinstance(sound, Part)


def test_what_repeats_a_role_is_not_left_over() -> None:
    inside = {"Roles": [{"AssumeRolePolicyDocument": policy(GET)}]}
    data = dump(RoleDetailList=[holder("Role", "r", InstanceProfileList=[inside])])
    assert list(left(read(data))) == []


def test_a_statement_elsewhere_is_an_error() -> None:
    (found,) = left(read(dump(RoleDetailList=[holder("Role", "r", Others=policy(GET))])))
    assert "in a place of the dump where no policy stands" in message(found)


@pytest.mark.parametrize("data", [None, [], {}, {"Policies": []}, {"RoleDetailList": {}}])
def test_other_files_are_no_dumps(data: Json) -> None:
    assert not is_dump(data)


# ---- what a principal may do by all of its policies ----


def test_a_principal_has_its_own_policies_and_those_of_its_groups() -> None:
    data = dump(
        UserDetailList=[
            holder("User", "u", inline={"a": policy(GET)}, attached=[OURS], GroupList=["g"])
        ],
        GroupDetailList=[holder("Group", "g", inline={"b": policy(PUT)}, attached=[OURS])],
        Policies=[managed(OURS, PASS)],
    )
    found = joined(data)
    assert found.keys() == {"user/u/together", "group/g/together"}
    assert statements(found["user/u/together"]) == [GET, PASS, PUT]
    assert statements(found["group/g/together"]) == [PUT, PASS]
    user = found["user/u/together"]
    assert isinstance(user, Part)
    assert (user.kind, user.doubt) == (IDENTITY, "")
    assert user.members == ("user/u/inline/a", "policy/#0", "group/g/inline/b", "group/g/together")


def test_its_statements_stand_where_they_are_written() -> None:
    text = json.dumps(policy(PUT))
    data = dump(RoleDetailList=[holder("Role", "r", inline={"a": policy(GET), "b": text})])
    source = json.dumps(data, indent=1).split("\n")
    found = joined(data)["role/r/together"]
    assert isinstance(found, Part)
    for index, shown in ((0, '"s3:Get*"'), (1, r"\"s3:Put*\"")):
        line = next(at for at, each in enumerate(source, 1) if shown in each)
        start = source[line - 1].index(shown) + 1
        route = ("Statement", index, "Action", 0)
        assert found.reading.locate(route) == Location(line, start, line, start + len(shown))
        inside = found.reading.locate_text(route, 1, 1)
        assert source[line - 1][inside.column - 1] == "s"


def test_there_is_none_where_it_adds_nothing() -> None:
    alone = holder("Role", "alone", inline={"a": policy(GET)})
    linked = holder("Role", "x", attached=[f"{AWS}X"], Path="/aws-service-role/x.amazonaws.com/")
    data = dump(
        UserDetailList=[holder("User", "u", GroupList=["g"]), holder("User", "none")],
        GroupDetailList=[holder("Group", "g", inline={"b": policy(PUT), "c": policy(GET)})],
        RoleDetailList=[alone, linked],
    )
    assert joined(data).keys() == {"group/g/together"}


def test_a_policy_of_aws_is_judged_where_it_is_attached() -> None:
    data = dump(
        RoleDetailList=[holder("Role", "r", attached=[f"{AWS}ReadOnlyAccess"])],
        Policies=[managed(f"{AWS}ReadOnlyAccess", GET)],
    )
    assert list(policies(read(data))) == []
    found = joined(data)["role/r/together"]
    assert statements(found) == [GET]
    assert isinstance(found, Part)
    assert found.members == ()


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (holder("User", "u", attached=[f"{AWS}ReadOnlyAccess"]), "ReadOnlyAccess` is not in this"),
        (holder("User", "u", GroupList=["g"]), "the group `g` is not in this file"),
        (holder("User", "u", inline={"a": "{"}), "`user/u/inline/a` cannot be read"),
    ],
)
def test_what_is_not_in_the_dump_leaves_it_unknown(entry: dict[str, Any], told: str) -> None:
    found = joined(dump(UserDetailList=[entry]))["user/u/together"]
    assert told in message(found)


def test_two_versions_of_the_language_are_one_unless_they_differ() -> None:
    old = policy(GET, version="2008-10-17")
    own = allow("s3:Get*", Resource="arn:aws:s3:::${aws:username}")
    for other, expected in (
        (policy(PUT, version="2008-10-17"), "2008-10-17"),
        (policy(own), "2012-10-17"),
    ):
        data = dump(RoleDetailList=[holder("Role", "r", inline={"a": old, "b": other})])
        found = joined(data)["role/r/together"]
        assert isinstance(found, Part)
        assert isinstance(found.reading.data, dict)
        assert found.reading.data["Version"] == expected
    inline = {"a": policy(own, version="2008-10-17"), "b": policy(PUT)}
    found = joined(dump(RoleDetailList=[holder("Role", "r", inline=inline)]))["role/r/together"]
    assert "`${` is plain text in one of its policies only" in message(found)


# ---- cut by a permissions boundary ----

DENY = {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}
BOUNDARIES: dict[str, tuple[list[Any], list[Any], bool]] = {
    "everything": ([allow("*")], [], True),
    "everything, less a Deny": ([allow("*"), DENY], [DENY], True),
    "everything, beside more": ([allow("*"), allow("s3:*", Condition={"Bool": {}})], [], True),
    "some actions": (
        [allow("s3:*"), allow("ec2:*", "sqs:*")],
        [{"Effect": "Deny", "Resource": "*", "NotAction": ["s3:*", "ec2:*", "sqs:*"]}],
        True,
    ),
    "all but some actions": (
        [{"Effect": "Allow", "NotAction": "iam:*", "Resource": ["*"]}],
        [{"Effect": "Deny", "Resource": "*", "Action": ["iam:*"]}],
        True,
    ),
    "all but some actions, beside others": (
        [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, allow("iam:Get*")],
        [],
        False,
    ),
    "some resources": (
        [allow("s3:*", Resource="arn:aws:s3:::a/*"), allow("ec2:*")],
        [{"Effect": "Deny", "Resource": "*", "NotAction": ["s3:*", "ec2:*"]}],
        False,
    ),
    "a condition": (
        [allow("s3:*", Condition={"Bool": {"aws:SecureTransport": "true"}})],
        [{"Effect": "Deny", "Resource": "*", "NotAction": ["s3:*"]}],
        False,
    ),
    "everything on some resources": ([allow("*", Resource="arn:aws:s3:::a")], [], False),
    "nothing": ([DENY], [DENY, {"Effect": "Deny", "Resource": "*", "Action": "*"}], True),
}


@pytest.mark.parametrize("name", BOUNDARIES)
def test_a_boundary_denies_what_it_does_not_allow(name: str) -> None:
    inside, denied, is_exact = BOUNDARIES[name]
    role = holder("Role", "r", inline={"a": policy(GET), "b": policy(PUT)}, boundary=f"{OURS}b")
    data = dump(RoleDetailList=[role], Policies=[managed(f"{OURS}b", *inside)])
    found = joined(data)["role/r/together"]
    assert statements(found) == [GET, PUT, *denied]
    assert isinstance(found, Part)
    expected = "unless its permissions boundary `policy/b` forbids that, which is not decided"
    assert found.doubt == ("" if is_exact else expected)
    text = found.reading.source.text.split("\n")
    start = next(at for at, line in enumerate(text, 1) if "PolicyVersionList" in line)
    for index in range(len(denied)):
        assert found.reading.locate(("Statement", 2 + index, "Action")).line > start


def test_a_boundary_that_the_dump_lacks_is_a_doubt() -> None:
    role = holder("Role", "r", inline={"a": policy(GET), "b": policy(PUT)}, boundary=f"{OURS}b")
    found = joined(dump(RoleDetailList=[role]))["role/r/together"]
    assert isinstance(found, Part)
    assert found.doubt.endswith(f"boundary `{OURS}b` forbids that, which is not known")


# ---- hostile dumps ----


def test_more_statements_than_are_put_together_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effective, "MOST_STATEMENTS", 5)
    inline = {"a": policy(GET), "b": policy(PUT)}
    roles = [holder("Role", f"r{n}", inline=inline) for n in range(3)]
    found = joined(dump(RoleDetailList=roles))
    assert [type(each) for each in found.values()] == [Part, Part, Refused]
    assert "all together have more than 5 statements" in message(found["role/r2/together"])


def test_many_users_of_a_large_group_end_at_a_limit() -> None:
    group = holder("Group", "g", inline={"a": policy(*[GET] * 2_000)})
    users = [
        holder("User", f"u{n}", inline={"a": policy(PUT)}, GroupList=["g"]) for n in range(500)
    ]
    data = dump(UserDetailList=users, GroupDetailList=[group])
    before = time.process_time()
    found = joined(data)
    assert time.process_time() - before < 20
    assert sum(isinstance(each, Refused) for each in found.values()) > 200


NAMES = (
    "RoleName Arn PolicyName RolePolicyList PolicyDocument AssumeRolePolicyDocument "
    "AttachedManagedPolicies PolicyArn PolicyVersionList IsDefaultVersion VersionId "
    "DefaultVersionId Document GroupList PermissionsBoundary PermissionsBoundaryArn "
    "Statement Version Effect Action NotAction Resource Path"
)
ANY = st.recursive(
    st.sampled_from([None, True, 1, "", "x", "v1", OURS, "%7B%", json.dumps(policy(GET))]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(NAMES.split()),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@settings(deadline=None)
@given(st.lists(ANY, max_size=3), ANY, st.lists(ANY, max_size=3))
def test_wrong_types_anywhere_are_no_crash(roles: list[Json], users: Json, other: Json) -> None:
    found = read({"RoleDetailList": roles, "UserDetailList": users, "Policies": other})
    for each in (*policies(found), *together(found), *left(found)):
        if isinstance(each, Refused):
            assert each.problems
        else:
            each.reading.locate(("Statement", 0))
