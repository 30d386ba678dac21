"""Identifies what a rule requires by its meaning, for the fingerprints of its findings."""

from __future__ import annotations

from collections.abc import Iterator

from checker import cel
from checker.report import digest
from checker.rules.rule import Rule


def asked(rule: Rule, text: str) -> str:
    """Return a digest of what a requirement means.

    `text` is the text of the requirement, as the rule has it. The digest holds the subjects of
    `for_each`, the condition `when`, the values of parameters and each name of `let`, as far as
    the requirement depends on them. It does not hold names, white space, comments or messages.

    The value of a parameter counts, since it decides what violates the rule: who accepts that one
    account is trusted has not accepted what a shorter list of accounts finds in the same place.
    """
    if text not in rule.asked:
        try:
            rule.asked[text] = digest(*_meanings(rule, text))
        except cel.CompileError:  # cel-python may read what is no expression to us
            rule.asked[text] = digest(text)
    return rule.asked[text]


def _meanings(rule: Rule, text: str) -> Iterator[object]:
    data = rule.file.data
    names: dict[str, object] = {f"params.{name}": value for name, value in rule.params.items()}
    names["params"] = dict(rule.params)
    for name, listed in data.get("for_each", {}).items():
        yield cel.meaning(listed, names)
        names[name] = ["subject"]
    for name, body in data.get("let", {}).items():
        names[name] = digest(cel.meaning(body, names))
    yield cel.meaning(data["when"], names) if "when" in data else None
    required = data["require"]
    items = [required] if isinstance(required, str) else [item["that"] for item in required]
    for each in items:
        if " ".join(each.split()) == text:
            yield cel.meaning(each, names)
            return
