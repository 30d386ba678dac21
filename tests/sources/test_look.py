"""What reads like a statement in text that is not parsed, and what does not."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checker.sources.look import WINDOW, may_show, policy, statement, statement_in_bytes

FIRES = {
    "json": '{"Effect": "Allow", "Action": "*", "Resource": "*"}',
    "json deny": '{"Resource":"*","Effect":"Deny"}',
    "json tight": '{"Effect":"Allow","NotAction":"iam:*"}',
    "json lines": '{\n  "Effect"\n  :\n  "Allow"\n,\n  "Principal": "*"}',
    "json escaped key": r'{"\u0045ffect": "Allow", "Action": "*"}',
    "json escaped all": r'{"\u0045\u0066\u0066\u0065\u0063\u0074": "Allow", "Action": "*"}',
    "json escaped value": r'{"Effect": "\u0041llow", "Action": "*"}',
    "json escaped action": r'{"Effect": "Allow", "\u0041ction": "*"}',
    "json5 identity": r'{"Eff\ect": "Allow", "Action": "*"}',
    "json5 bare": "{Effect: 'Allow', Action: '*'}",
    "json5 braced": r'{"\u{45}ffect": "Allow", "Action": "*"}',
    "jsonc comment": '{"Effect" /* a */ : // b\n /* c * d */ "Allow", "Action": "*"}',
    "text in json": r'{"p": "{\"Effect\": \"Allow\", \"Action\": \"*\"}"}',
    "text in text": json.dumps(json.dumps(json.dumps({"Effect": "Allow", "Action": "*"}))),
    "yaml in json": r'{"p": "Statement:\n- Sid: x\n\tEffect: Allow\n\tAction: x"}',
    "text after an escaped break": r'{"p": "x:\nEffect: Allow\nAction: x"}',
    "yaml": "- Effect: Allow\n  Action: s3:*\n",
    "yaml comment": "Effect: # why\n  # more\n  Allow\nAction: s3:*\n",
    "yaml alias": "Effect: *allow\nAction: s3:*\n",
    "yaml alias as key": "x: &k Effect\ny:\n  *k : Allow\n  Action: s3:*\n",
    "yaml anchor": "Effect: &a Allow\nAction: s3:*\n",
    "yaml tag": "Effect: !!str Allow\nAction: s3:*\n",
    "yaml tag with anchor": 'Effect: !!str &a "Allow"\nAction: s3:*\n',
    "yaml long tag": "Effect: !<tag:yaml.org,2002:str> Allow\nAction: s3:*\n",
    "yaml explicit key": "? Effect\n: Allow\n? Action\n: s3:*\n",
    "yaml quoted explicit key": "? 'Effect' # x\n: Allow\n? Action\n: s3:*\n",
    "yaml block key": "? |-\n  Effect\n: Allow\nAction: s3:*\n",
    "yaml literal": "Effect: |-\n  Allow\nAction: s3:*\n",
    "yaml folded": "Effect: >2-\n    Allow\nAction: s3:*\n",
    "yaml hex": 'Effect: "\\x41llow"\nAction: s3:*\n',
    "yaml wide hex": '"\\U00000045ffect": Allow\nAction: s3:*\n',
    "yaml continued key": '"Eff\\\n    ect": Allow\nAction: s3:*\n',
    "yaml continued value": 'Effect: "Al\\\r\n  low"\r\nAction: s3:*\r\n',
    "yaml flow": "[{Effect: Allow, Action: s3:*}]",
    "cloudformation if": "Effect: !If [IsProd, Deny, Allow]\nAction: s3:*\n",
    "cloudformation fn": '{"Effect": {"Fn::If": ["C", "Allow", "Deny"]}, "Action": "*"}',
    "cloudformation ref": "Effect: !Ref Effect\nAction: s3:*\n",
    "placeholder": 'Effect: "{{ effect }}"\nAction: s3:*\n',
    "terraform template": '{"Effect": "${effect}", "Action": "*"}',
    "erb": "Effect: <%= effect %>\nAction: s3:*\n",
    "hcl": 'statement {\n  effect = "Allow"\n  actions = ["*"]\n}',
    "hcl resources": 'statement {\n  effect    = "Allow"\n  resources = ["*"]\n}',
    "hcl object": 'jsonencode({ Effect = "Allow", Action = "*" })',
    "hcl variable": "jsonencode({ Effect = var.effect, Action = local.actions })",
    "hcl comment": 'effect /* a */ = /* b */ "Deny"\nnot_actions = []',
    "hcl default": 'data "aws_iam_policy_document" "x" {\n  statement {\n    actions = []\n  }\n}',
    "hcl dynamic": (
        'data "aws_iam_policy_document" "x" {\n  dynamic "statement" {\n    for_each = x\n'
        "    content {\n      resources = []\n    }\n  }\n}"
    ),
    "tf.json default": (
        '{"data": {"aws_iam_policy_document": {"x": {"statement": [{"actions": ["*"]}]}}}}'
    ),
    "typescript": "new iam.PolicyStatement({ effect: iam.Effect.ALLOW, actions: ['*'] })",
    "typescript default": "new PolicyStatement({\n  actions: ['s3:*'],\n  resources: ['*'],\n})",
    "python default": 'iam.PolicyStatement(actions=["*"], resources=["*"])',
    "python": 'PolicyStatement(effect=iam.Effect.DENY, actions=["*"])',
    "java": 'PolicyStatement.Builder.create().effect(Effect.ALLOW).actions(List.of("*"))',
    "java sdk": "new Statement(Effect.Allow).withActions(S3Actions.GetObject)",
    "java map": 'put("Effect", "Allow"); put("Action", "*");',
    "go": 'awsiam.PolicyStatementProps{ Effect: awsiam.Effect_ALLOW, Actions: strings("*") }',
    "ruby": "{ 'Effect' => 'Allow', 'Action' => '*' }",
    "kotlin": 'mapOf("Effect" to "Allow", "Action" to "*")',
    "jsonnet": "{ Effect: 'Allow', Action: '*' }",
    "index": 's["Effect"] = "Allow"; s["Action"] = "*"',
    "serverless": "effect: Allow\nactions:\n  - s3:*\n",
    "escaped backslash": r'{"p": "\u005cu0045ffect: Allow, Action: x"}',
    "escaped backslash before any letter": r'{"p": "E\u005cu0066fect: Allow, Action: x"}',
    "escaped separator": r'"{\u0022Effect\u0022\u003a \u0022Allow\u0022, \u0022Action\u0022: 1}"',
    "backslash at a line's end": "Sid: a\\\nEffect: Allow\nAction: x\n",
    "backslash at a line's end before an escape": 'Sid: a\\\n"\\u0045ffect": Allow\nAction: x\n',
    "backslash in a word": "Sid: a\\Effect: Allow\nAction: x\n",
    "url": "%7B%22Effect%22%3A%20%22Allow%22%2C%20%22Action%22%3A%20%22*%22%7D",
    "action before": '{"Action": ["' + "s3:x" * 1000 + '"], "Effect": "Allow"}',
    "action far": '{"Effect": "Allow", "Condition": "' + "x" * (WINDOW - 100) + '", "Action": 1}',
    "after a taint": "effect: NoSchedule\n---\nEffect: Allow\nAction: x\n",
}
DOES_NOT_FIRE = {
    "nothing": "",
    "effect alone": '{"Effect": "Allow"}',
    "action alone": '{"Action": "s3:*", "Resource": "*"}',
    "taint": "tolerations:\n- effect: NoSchedule\n  key: a\nresources:\n  limits: {}\n",
    "taint allowed": "taints:\n- effect: NoExecute\nannotations:\n  action: Allow\n",
    "taint template": "- effect: {{ .Values.effect }}\nresources: {{ .Values.resources }}\n",
    "external-dns": 'annotations:\n  external-dns.alpha.kubernetes.io/effect: "Allow"\n',
    "type alone": "Type: AWS::IAM::Policy\nProperties:\n  Action: x\n",
    "type name in text": "See AWS::IAM::ManagedPolicy for Effect and Action.",
    "azure": '{"then": {"effect": "Deny"}, "resources": [], "resource": "x"}',
    "azure value": '{"effect": {"type": "String", "allowedValues": ["Deny"]}, "actions": []}',
    "json schema": (
        '{"properties": {"Effect": {"enum": ["Allow", "Deny"]}, "Action": {"type": "string"}}}'
    ),
    "another value": '{"Effect": "Allowed", "Action": "*"}',
    "another value in words": "Effect: Allowlist\nAction: x\n",
    "another key": '{"SideEffect": "Allow", "Action": "*"}',
    "another key with a hyphen": "side-Effect: Allow\nAction: x\n",
    "another key after": '{"Effects": "Allow", "Action": "*"}',
    "another key with an underscore": "my_effect = Allow\nactions = x\n",
    "comparison": '{% if s.Effect == "Allow" %}Action: x{% endif %}',
    "hook": "useEffect(() => { action: 1 }, [allow])",
    "prose": "The Effect of an Action on a Resource: Allow some time.",
    "effective": "effective: Allow\nAction: x\n",
    "casbin": "effect: allow\nactions: [read]\n",
    "lower without action": "effect: Deny\nprincipal: x\n",
    "lower unknown": "effect: *x\nactions: y\n",
    "unknown without action": "Effect: *x\nResource: y\n",
    "far": '{"Effect": "Allow", "Condition": "' + "x" * WINDOW + '", "Action": "*"}',
    "far before": '{"Action": "*", "Condition": "' + "x" * WINDOW + '", "Effect": "Allow"}',
    "near word in text": '{"Effect": "Allow", "Text": "an Action"}',
    "near word is longer": '{"Effect": "Allow", "ActionName": "x", "aws:ResourceAccount": "y"}',
    "github": "jobs:\n  x:\n    uses: actions/checkout\n    with: {effect: none}\n",
    "cdk import": "import { PolicyStatement, Effect } from 'aws-cdk-lib/aws-iam';",
    "cdk parameter": "function f(s: PolicyStatement): void { actions = []; }",
    "cdk other": "new PolicyStatement(document)",
    "hcl reference": "policy = data.aws_iam_policy_document.x.json\nactions = []",
    "hcl waf": 'resource "aws_wafv2_web_acl" "x" {\n rule {\n action {}\n statement {\n }}}',
    "hcl empty document": 'data "aws_iam_policy_document" "x" {\n  source_policy_documents = []\n}',
    "hcl far block": (
        'data "aws_iam_policy_document" "x" {}\n' + "#" * WINDOW + "\nstatement {\nactions = []}"
    ),
    "hcl comparison": 'count = var.effect == "Allow" ? 1 : 0\nactions = []',
    "escapes of another word": r'{"\u0045ffort": "Allow", "Action": "*"}',
    "backslashes": "\\" * 100 + " Effect \\" + "Action: x",
    "open comment": "Effect /* : Allow\nAction: x",
    "value beyond": 'Effect: x "Allow"\nAction: y\n',
    "list of effects": '{"Effect": ["Audit", "Deny"], "Action": "*"}',
    "css": ".Effect { transition: Allow } .Action { color: red }",
    "csv": "Sid,Effect,Action\nx,Allow,y\n",
    "package.json": '{"name": "x", "sideEffects": false, "description": "Allow Action: y"}',
    "compose": "services:\n  x:\n    deploy:\n      resources:\n        limits: {cpus: '1'}\n",
    "helm values": "resources: {}\ntolerations: []\n# effect: Allow or Deny\nprincipal: x\n",
    "network policy": "kind: NetworkPolicy\nspec:\n  ingress:\n  - action: Allow\n",
    "istio": "kind: AuthorizationPolicy\nspec:\n  action: ALLOW\n  principals: [x]\n",
    "rbac": "kind: Role\nrules:\n- apiGroups: ['']\n  resources: [pods]\n  verbs: [get]\n",
    "karpenter": "taints:\n- effect: NoSchedule\nresources: {}\nAction: Allow\n",
    "cedar": "permit (principal, action, resource);",
    "gcp": "bindings:\n- role: roles/owner\n  members: [allUsers]\n",
    "azure role": '{"permissions": [{"actions": ["*"], "notActions": []}]}',
    "security group": "SecurityGroupIngress:\n- CidrIp: 0.0.0.0/0\n  Action: Allow\n",
    "waf": "DefaultAction:\n  Allow: {}\nEffect: none\n",
    "open policy agent": 'allow { input.effect == "Allow"; input.action == "x" }',
    "workflow": "on: push\njobs:\n  x:\n    permissions: {actions: read}\n",
    "animation": '{"effect": "fade", "action": "show", "Allow": true}',
    "effect of a rule": "effect: warn\nactions:\n- Deny\n",
    "key without value": "Effect:\nAction: Allow\n",
    "value first": "Allow: Effect\nAction: x\n",
    "split by a key": '{"Effect": {"x": "Allow"}, "Action": "*"}',
    "call": "effect(draw).action(Allow)",
    "words": "a, side effect, Allow, Action: x",
    "sentence": "Every Effect, Allow or Deny, has its reasons.",
}


@pytest.mark.parametrize("name", FIRES)
def test_a_statement_is_seen(name: str) -> None:
    assert statement(FIRES[name]) is not None
    assert statement_in_bytes([FIRES[name].encode()])
    assert may_show(FIRES[name].encode())


@pytest.mark.parametrize("name", DOES_NOT_FIRE)
def test_nothing_else_is_a_statement(name: str) -> None:
    assert statement(DOES_NOT_FIRE[name]) is None
    assert not statement_in_bytes([DOES_NOT_FIRE[name].encode()])


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ('é {"Effect": "Allow", "Action": "*"}', "Effect"),
        (r'"\n\t\"" {"\u0045ffect": "Allow", "Action": "*"}', r"\u0045ffect"),
        (r'"\n" "{\\\"Effect\\\": \\\"Allow\\\", \\\"Action\\\": 1}"', "Effect"),
        (r'{"a": "\u00e9\\", "Effect": "Allow", "Action": "*"}', "Effect"),
        ("Effect: Audit\nResource: x\n- Effect: Deny\n", "Effect: Deny"),
        ('x "Eff\\\n   ect": Allow, Action: 1', "Eff\\"),
        ("%22%22 Effect%22: Allow Action: 1", "Effect%22"),
        ("new PolicyStatement({actions}) Effect: Allow Action: 1", "PolicyStatement"),
    ],
)
def test_the_offset_is_that_of_the_text(text: str, at: str) -> None:
    assert statement(text) == text.index(at)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32-le"])
def test_bytes_are_read_in_any_encoding(encoding: str) -> None:
    data = '{"é": 1, "Effect": "Allow", "Action": "*"}'.encode(encoding)
    assert statement_in_bytes([data])
    assert statement_in_bytes(data[start : start + 1] for start in range(len(data)))


@pytest.mark.parametrize("size", [1 << 12, 1 << 16, 1 << 18, 1 << 22])
@pytest.mark.parametrize("before", [0, 100, (1 << 18) - 60, (1 << 18) - 20, (1 << 19) + 3])
def test_bytes_are_read_across_chunks(size: int, before: int) -> None:
    text = b" " * before + FIRES["action far"].encode() + b" " * 300_000

    def chunks() -> Iterator[bytes]:
        for start in range(0, len(text), size):
            yield text[start : start + size]

    assert statement_in_bytes(chunks())


def test_words_before_the_first_candidate_count() -> None:
    text = "Action: x" + " " * 100 + "PolicyStatement(x)\nEffect: Allow\n"
    assert statement(text) == text.index("Effect")


def test_each_candidate_is_looked_at() -> None:
    text = "Effect: Allow" + " " * WINDOW * 2 + "Effect: Deny" + " " * WINDOW * 2
    assert statement(text) is None
    assert statement(f"{text}Effect: Deny, Action: x") == len(text)
    assert statement(f"{text}Effect: *x, Resource: x, Action: x") == len(text)
    assert statement(f"{text}Effect: *x, Resource: x") is None


def test_bytes_without_a_statement_are_read_in_flat_memory() -> None:
    assert not statement_in_bytes(bytes([0, 255, 92]) * 1000 for _ in range(1000))
    assert not statement_in_bytes([])


def _escaped(form: str, found: re.Match[str]) -> str:
    return form.format(ord(found.group()))


@settings(deadline=None)
@given(
    st.sampled_from(['{"Effect": "Allow", "Action": "*"}', "- Effect: Deny\n  Resource: x\n"]),
    st.lists(st.sampled_from(["json", "hex", "unicode"]), max_size=3),
    st.text(max_size=30),
)
def test_a_statement_is_seen_at_any_depth_of_escapes(
    text: str, layers: list[str], before: str
) -> None:
    for layer in layers:
        if layer == "json":
            text = json.dumps(text)
        else:
            form = "\\x{:02x}" if layer == "hex" else "\\u{:04X}"
            plain = re.split(r"(\\+.)", text)
            for index, piece in enumerate(plain):
                if not piece.startswith("\\"):
                    plain[index] = re.sub("[A-Za-z]", partial(_escaped, form), piece)
            text = "".join(plain)
            break
    found = statement(f"{before}\n{text}")
    assert found is not None
    assert found >= len(before)
    assert may_show(text.encode())


HOSTILE = [
    *("Effect#", "Effect#\n", "Effect/*", "Effect{#", "Effect ", "Effect: Allow ", "Effect:&a"),
    *("Effect:! ", "Effect:|", 'Effect"', "\\", "\\u00", "\\u{00", "\\\n ", "& Effect", "%22"),
    *('aws_iam_policy_document"', "statement #", "PolicyStatement ( ", 'Effect: Allow "Action'),
]


@pytest.mark.parametrize("unit", HOSTILE)
def test_no_text_takes_more_than_its_share_of_time(unit: str) -> None:
    def seconds(size: int) -> float:
        text = "Effect: x\\u0045" + unit * (size // len(unit))
        before = time.process_time()
        statement(text)
        return time.process_time() - before

    seconds(20_000)
    small, large = seconds(40_000), seconds(400_000)
    assert large < 10 * 8 * small + 0.5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"Statement": []}', True),
        ("Statement:\n- Effect: Allow\n", True),
        ('{"Version": "2012-10-17", "Statment": []}', True),
        ("Version: 2008-10-17\n", True),
        (r'{"\u0053tatement": []}', True),
        (r'{"Version": "2012\u002d10-17"}', True),
        ('"State\\\n  ment": []', True),
        ('"\\x53tatement": []', True),
        ('"\\U00000053tatement": []', True),
        ("apiVersion: v1\nkind: Namespace\n", False),
        (r'{"a": "\u003c\n\"b\"", "Version": "2010-09-09"}', False),
        ("", False),
    ],
)
def test_what_may_be_a_policy_is_told_quickly(
    text: str,
    expected: bool,  # noqa: FBT001 - a column of the table
) -> None:
    assert policy(text) is expected
    assert may_show(text.encode()) or not expected


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_no_encoding_hides_a_statement_from_the_first_look(encoding: str) -> None:
    assert may_show(FIRES["json"].encode(encoding))


@pytest.mark.parametrize("data", [b"", b'{"name": "x"}', b"a\nb", b"2010-09-09", b"\xff"])
def test_most_bytes_show_nothing_at_the_first_look(data: bytes) -> None:
    assert not may_show(data)
