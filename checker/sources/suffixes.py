"""Determines from a file's name how the file may hold policies."""

from __future__ import annotations

from enum import Enum, auto


class Role(Enum):
    """How a file may hold policies, according to its name."""

    PLAIN = auto()
    """JSON or YAML, which is read as documents."""
    LINES = auto()
    """JSON Lines: one JSON document on each line."""
    TEMPLATE = auto()
    """A template for other documents, or a file without an extension.

    It is not read, so a statement in it is an error.
    """
    PROSE = auto()
    """Prose or program text. A statement in it is an example, or code that creates a policy."""
    OTHER = auto()
    """A file with any other extension."""


_ROLES = {
    Role.PLAIN: ".json .yaml .yml",
    Role.LINES: ".jsonl .ndjson",
    Role.TEMPLATE: (
        ".jsonc .json5 .tf .tofu .hcl .policy .template .tpl .tftpl .tmpl .j2 .jinja .jsonnet .erb"
    ),
    Role.PROSE: (
        ".md .rst .adoc .txt .html .ts .tsx .js .py .go .java .kt .cs .rb .php .rs .sh .rego .cel "
        ".guard .cedar .snap"
    ),
}
_BY_SUFFIX = {
    suffix: role
    for role, suffixes in _ROLES.items()
    for suffix in suffixes.replace(".", "").split()
}
_TERRAFORM_JSON = (".tf.json", ".tofu.json")
"""Terraform and OpenTofu read these like `.tf`.

https://developer.hashicorp.com/terraform/language/syntax/json,
https://opentofu.org/docs/language/files/
"""


def suffix(name: str) -> str:
    """Return the extension of a file name or path in lower case, without its dot.

    It is empty if there is none, as in a name such as `.gitignore`.
    """
    stem, _, found = name.rpartition("/")[2].lower().rpartition(".")
    return found if stem.strip(".") else ""


def role(name: str) -> Role:
    """Return the role of a file by its name or path; upper and lower case are the same.

    The last extension decides (`policy.json.tpl` is a template), except for `.tf.json` and
    `.tofu.json`, which are templates.
    """
    extension = suffix(name)
    if not extension:
        return Role.TEMPLATE
    found = _BY_SUFFIX.get(extension, Role.OTHER)
    is_terraform = found is Role.PLAIN and name.lower().endswith(_TERRAFORM_JSON)
    return Role.TEMPLATE if is_terraform else found


def is_terraform(name: str) -> bool:
    """Return whether a file is one of Terraform or OpenTofu, by its name or path."""
    return suffix(name) in {"tf", "tofu"} or name.lower().endswith(_TERRAFORM_JSON)
