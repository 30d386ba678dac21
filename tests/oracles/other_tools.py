"""Compares our verdicts on the inputs of other tools' tests with the verdicts of these tools.

The two agree where a tool wants something to be found and we refuse the input or find something of
medium severity or worse, and where it wants nothing and we find nothing of that severity. That is
agreement by presence only: what is found need not be the same.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from checker import kinds
from checker.documents import Document, Selection, find, load
from checker.reader import Limits, Root
from checker.report import Severity, Status
from checker.rules import Rule
from checker.rules import load as load_rules
from checker.run.evaluate import evaluate

REASONS = Path(__file__).with_suffix(".yaml")
NOTHING = "nothing"
REFUSED = "refused"
WHOSE = ("theirs", "ours", "opinion")
BAD = frozenset({"bad", "exploitable", "privilege-escalation", "assert-true"})
"""Verdicts by which a tool wants something to be found, but for the assertions below."""
EXPLOITS = frozenset({"administrator", "allowed", "full service", "privilege escalation", "public"})
"""Kinds of an assertion that is true of a policy which can be exploited."""

_OF_NOTHING = frozenset({"len(merged.statement) == 1", "len(version_issues) == 0", "result == ''"})
"""Assertions that are true where the tool finds nothing: their verdict says only that they hold."""
_ASSERTED = {
    "cross_service_confused_deputy": "confused deputy",
    "is_policy_public": "public",
    "Principal AWS:*": "public",
    "check_admin_access": "administrator",
    "check_full_service_access": "full service",
    "marketplace_subscribe": "marketplace",
    "codebuild_trusted_principal": "trust of CodeBuild",
    "'{pattern}'": "privilege escalation",
    "wildcards_detected": "wildcards",
    "is_allowed": "allowed",
}
"""What an assertion is about, by a part of its text; the first part that it holds counts."""
_MERGED = {
    "MALFORMED_JSON": "MALFORMED",
    "MISMATCHED_TYPE_BUT_USABLE": "MISMATCHED_TYPE",
    "RESOURCE_EFFECTIVELY_STAR": "RESOURCE_STAR",
}
"""Names of findings of parliament that are variants of another one."""
_VULNERABLE = {"privesc": "a way up", "fn": "a way up that others miss", "service": "administrator"}
"""Kinds of policies of iam-vulnerable, by the letters that begin their name."""
_COUNTED = (REFUSED, "medium or worse", "low", NOTHING)
_LISTED = 3
"""Rules that are shown of one input."""
_MOST_OFTEN = 2
"""Rules that are shown of one kind of finding."""
_PAGE = """\
# Verdicts of other tools

Inputs of the tests of other analysers, with what these want to be found, beside what all shipped
rules find. Made by `tools/other_tools.py --markdown`.

The two agree where something is wanted and we refuse the input or find something of medium severity
or worse, and where nothing is wanted and we find nothing of that severity. This is agreement by
presence only: what is found need not be the same. The last column of the first table tells which
rules of medium severity or worse fail most often, and on how many of the inputs.

{totals}.

## By tool and kind of finding

An input of several kinds is counted in the row of each, and once in those of all.

{summary}

## Disagreements

`theirs`: the other verdict is wrong, or about less than what we report. `ours`: a gap or a false
alarm of ours. `opinion`: both can be defended.

{disagreements}
"""


class Reason(NamedTuple):
    """Whose fault it is that two verdicts on a file differ, and why they do."""

    file: str
    whose: str
    because: str


class Failing(NamedTuple):
    """A rule of ours that fails on an input."""

    id: str
    severity: Severity


class Compared(NamedTuple):
    """One input: what the other tool wants to be found in it, and what we find."""

    file: str
    verdict: str
    kinds: tuple[str, ...]
    refused: bool
    rules: tuple[Failing, ...]
    """Worst first."""

    @property
    def tool(self) -> str:
        """The tool whose test the input is of."""
        return self.file.split("/", maxsplit=1)[0]

    @property
    def ours(self) -> str:
        """Our verdict: that we refuse it, the worst severity, or nothing."""
        if self.refused:
            return REFUSED
        return self.rules[0].severity.label if self.rules else NOTHING

    @property
    def counted(self) -> str:
        """The same, with all severities from medium up as one."""
        found = not self.refused and self.rules and self.rules[0].severity >= Severity.MEDIUM
        return "medium or worse" if found else self.ours

    @property
    def differs(self) -> bool:
        """Whether one of the two wants it mended, and the other does not."""
        return (self.counted in _COUNTED[:2]) is (self.kinds == (NOTHING,))


def compare(data: Path) -> list[Compared]:
    """Return every input of a data folder that has a verdict, sorted by file."""
    root = data / "other-tools"
    index = json.loads((root / "index.json").read_text(encoding="utf-8"))
    judged = {each["file"]: each for each in index if each.get("verdict")}
    known = {kind.name: kind for kind in kinds.builtin()}
    rules = load_rules(["builtin"], known, {}, Limits()).rules
    selection = Selection(tuple(str(root / name) for name in sorted(judged)), known)
    listing = find(selection, Root(str(root)), Limits())
    found = {}
    for position in range(listing.size):
        documents = load(position, listing, selection, Limits()).documents
        name = listing.name(position)
        found[name] = _compared(judged[name], list(documents), rules)
    return [found[name] for name in sorted(judged)]


def _compared(
    entry: Mapping[str, Any], documents: Sequence[Document], rules: Iterable[Rule]
) -> Compared:
    statuses = [(rule, evaluate(rule, document).status) for document in documents for rule in rules]
    failed = [Failing(rule.id, rule.severity) for rule, status in statuses if status is Status.FAIL]
    failed.sort(key=lambda rule: (-rule.severity, rule.id))
    refused = any(status is Status.ERROR for _, status in statuses)
    return Compared(entry["file"], entry["verdict"], _kinds(entry), refused, tuple(failed))


def _kinds(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a tool wants to be found in an input, by the index's names in short."""
    expected = entry["expected"]
    asserted = " ".join(expected.get("asserts", ()))
    if entry["verdict"] not in BAD or asserted in _OF_NOTHING:
        return (NOTHING,)
    named = _KINDS[entry["file"].split("/", maxsplit=1)[0]](expected)
    return tuple(dict.fromkeys(named))


def _asserted(expected: Mapping[str, Any]) -> list[str]:
    text = " ".join(expected["asserts"])
    return [next(kind for part, kind in _ASSERTED.items() if part in text)]


def _checkov(expected: Mapping[str, Any]) -> list[str]:
    name = expected["check"].removeprefix("example_")
    return ["Cloudsplaining" if name.startswith("Cloudsplaining_") else name]


def _parliament(expected: Mapping[str, Any]) -> list[str]:
    return [_MERGED.get(name, name) for name in expected["parliament_findings"]]


def _vulnerable(expected: Mapping[str, Any]) -> list[str]:
    letters = re.match("[a-z]+", expected["path"])
    return [_VULNERABLE[letters.group() if letters else ""]]


_KINDS: dict[str, Callable[[Mapping[str, Any]], list[str]]] = {
    "checkov-cfn": _checkov,
    "cloud-custodian": lambda _: ["access of other accounts"],
    "cloudsplaining": lambda expected: [
        each.replace("_", " ") for each in expected["cloudsplaining"]
    ],
    "iam-policy-validator-tests": _asserted,
    "iam-vulnerable": _vulnerable,
    "iamprover": _asserted,
    "parliament": _parliament,
    "pathfinding-generated": lambda expected: [expected["category"]],
    "prowler": _asserted,
}
"""By tool: the kinds of what the index expects to be found."""


def read_reasons(path: Path = REASONS) -> list[Reason]:
    """Return the reasons of a file; raises ValueError for what is none, or is out of order."""
    reasons: list[Reason] = []
    for row in yaml.safe_load(path.read_text(encoding="utf-8")) or []:
        if not isinstance(row, dict) or set(row) != set(Reason._fields):
            raise ValueError(f"{path.name}: expected file, whose and because, not {row}")
        if not all(isinstance(value, str) and value.strip() for value in row.values()):
            raise ValueError(f"{path.name}: expected texts that are not empty, not {row}")
        if row["whose"] not in WHOSE:
            raise ValueError(f"{path.name}: expected one of {', '.join(WHOSE)}, not {row['whose']}")
        if reasons and row["file"] <= reasons[-1].file:
            raise ValueError(f"{path.name}: not sorted by file, or twice: {row['file']}")
        reasons.append(Reason(**row))
    return reasons


def mistakes(compared: Iterable[Compared], reasons: Iterable[Reason]) -> list[str]:
    """Return what is wrong with the reasons: those that are missing, and those for nothing."""
    differing = {each.file for each in compared if each.differs}
    explained = {each.file for each in reasons}
    missing = [f"differs, and nothing says why: {name}" for name in differing - explained]
    stale = [f"does not differ, and is explained: {name}" for name in explained - differing]
    return sorted(missing) + sorted(stale)


def summary(compared: Sequence[Compared]) -> list[list[str]]:
    """Return the rows of the table by tool and kind of its finding, the header first.

    An input of several kinds is counted in the row of each, and once in those of all.
    """
    header = ["tool", "finding", "inputs", *_COUNTED, "agree", "differ", "most often"]
    rows = [header]
    for tool in sorted({each.tool for each in compared}):
        inputs = [each for each in compared if each.tool == tool]
        names = {kind for each in inputs for kind in each.kinds}
        rows += [
            [tool, name, *_counts([each for each in inputs if name in each.kinds])]
            for name in sorted(names, key=lambda kind: (kind == NOTHING, kind.casefold()))
        ]
        if len(names) > 1:
            rows.append([tool, "all", *_counts(inputs)])
    rows.append(["all", "all", *_counts(compared)])
    return rows


def _counts(inputs: Sequence[Compared]) -> list[str]:
    counts = Counter(each.counted for each in inputs)
    differ = sum(each.differs for each in inputs)
    rules = Counter(
        rule
        for each in inputs
        for rule in each.rules
        if rule.severity >= Severity.MEDIUM and not each.refused
    )
    often = sorted(rules, key=lambda rule: (-rules[rule], -rule.severity, rule.id))
    shown = ", ".join(f"{rule.id} {rules[rule]}" for rule in often[:_MOST_OFTEN])
    numbers = [len(inputs), *(counts[name] for name in _COUNTED), len(inputs) - differ, differ]
    return [*map(str, numbers), shown]


def disagreements(compared: Iterable[Compared], reasons: Iterable[Reason]) -> list[list[str]]:
    """Return the rows of the table of inputs that differ, its header first."""
    explained = {each.file: each for each in reasons}
    rows = [["input", "theirs", "ours", "whose", "because"]]
    for each in compared:
        if each.differs:
            reason = explained.get(each.file, Reason(each.file, "?", "?"))
            theirs = ", ".join(each.kinds)
            rows.append([each.file, theirs, _shown(each), reason.whose, reason.because])
    return rows


def _shown(each: Compared) -> str:
    names = [rule.id for rule in each.rules[:_LISTED]]
    more = len(each.rules) - len(names)
    text = ", ".join([*names, *([f"{more} more"] if more else [])])
    return f"{each.ours}: {text}" if text and not each.refused else each.ours


def everything(compared: Iterable[Compared]) -> Iterator[str]:
    """Yield a line for every input, ours beside theirs."""
    for each in compared:
        mark = "differs" if each.differs else "agrees"
        yield f"{mark:<8} {each.file}: theirs {', '.join(each.kinds)}; ours {_shown(each)}"


def totals(compared: Sequence[Compared], reasons: Iterable[Reason]) -> str:
    """Return in one line how many differ, and whose fault that is."""
    files = {each.file for each in compared if each.differs}
    whose = Counter(each.whose for each in reasons if each.file in files)
    shares = ", ".join(f"{name} {whose[name]}" for name in WHOSE)
    return f"{len(files)} of {len(compared)} differ: {shares}"


def page(compared: Sequence[Compared], reasons: Sequence[Reason]) -> str:
    """Return the page of the documentation."""
    return _PAGE.format(
        totals=totals(compared, reasons),
        summary="\n".join(_markdown(summary(compared))),
        disagreements="\n".join(_markdown(disagreements(compared, reasons))),
    )


def _markdown(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for number, row in enumerate(rows):
        cells = (re.sub(r"([*|<\[\]])", r"\\\1", cell) for cell in row)
        yield "| " + " | ".join(cells) + " |"
        if not number:
            yield "|" + " --- |" * len(row)
