"""Renders the answers to a question about policies, as text or as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from checker.messages import inert, visible
from checker.render.json import placed
from checker.render.stream import dump
from checker.render.text import BOLD, CYAN, DIM, GREEN, RED, YELLOW, Style, render_problems
from checker.render.wording import file_notes, shown, some, strict_reasons
from checker.report import Answer, Answered, Answers, Asked, Exit, Place, Proof

VERSION = 1
"""The version of the JSON form: within it, fields may be added, but not removed or changed."""
_WIDTH = len("undecided")
_LONGEST_SID = 60


def render_text(found: Answers, *, colour: bool = False) -> Iterator[str]:
    """Yield each policy for which the answer is yes or undecided, and a verdict at the end."""
    for line in _lines(found, Style(colour)):
        yield inert(line + "\n")


def _lines(found: Answers, style: Style) -> Iterator[str]:
    told = [each for each in found.every if each.answer in (Answer.YES, Answer.UNDECIDED)]
    for each in told:
        yield from _policy(each, found.asked, style)
    if told:
        yield ""
    if found.config:
        given = found.config
        yield style(f"config {visible(given.path)} (sha256 {given.sha256[:12]})", DIM)
    for reason, names in found.skipped:
        yield f"{style('note: ', YELLOW)}skipped {reason}: {some(names)}"
    for note in file_notes(found.files):
        yield f"{style('note: ', YELLOW)}{note.many}: {some(note.names)}"
    if told:
        yield f"{_policies(len(found.every))}: {_counts(found)}"
    yield _verdict(found, style)


def _policy(each: Answered, asked: Asked, style: Style) -> Iterator[str]:
    """Yield a policy, and below it the proof or the problems."""
    location = each.place.location if each.place else None
    where = f":{location.line}:{location.column}" if location else ""
    name = style(visible(each.file) + where, CYAN)
    pointer = each.part + (each.place.pointer if each.place else "")
    rest = f"  {style(visible(pointer), DIM)}" if pointer else ""
    rest += f"  Sid {shown(each.sid, _LONGEST_SID)}" if each.sid else ""
    if each.answer is Answer.YES:
        yield f"{style(_YES[asked.name].ljust(_WIDTH), BOLD, RED)}  {name}{rest}"
        for word, text in each.proof.words if each.proof else ():
            yield f"{word:>{_WIDTH}}  {visible(text)}"
        if len(asked.actions) > 1 and each.actions:
            yield f"{'grants':>{_WIDTH}}  {some(each.actions)}"
        return
    yield f"{style('undecided', BOLD, YELLOW)}  {name}{rest}"
    yield from render_problems(each.problems, colour=style.colour).splitlines()


_YES = {"grants": "granted", "public": "public"}
"""By question: what a policy with the answer yes is called."""


def _counts(found: Answers) -> str:
    yes = _YES[found.asked.name]
    words = {Answer.YES: yes, Answer.NO: f"not {yes}"}
    return ", ".join(f"{found.count(each):,} {words.get(each, each)}" for each in Answer)


def _verdict(found: Answers, style: Style) -> str:
    code = found.exit_code
    yes, no = found.count(Answer.YES), found.count(Answer.NO)
    does, does_not = _verbs(found.asked, yes), _verbs(found.asked, no, negated=True)
    words, *codes = {
        Exit.OK: (f"PASSED: {_policies(no)} {does_not}", BOLD, GREEN),
        Exit.VIOLATIONS: (f"FAILED: {yes:,} of {_policies(yes + no)} {does}", BOLD, RED),
        Exit.NOTHING_CHECKED: (f"NOTHING ASKED: {_nothing(found)}", BOLD, YELLOW),
    }.get(code, (f"NOT EVALUATED: {', '.join(_not_evaluated(found))}", BOLD, YELLOW))
    return style(f"{words} (exit {int(code)})", *codes)


def _verbs(asked: Asked, number: int, *, negated: bool = False) -> str:
    """Return what a number of policies do, such as `do not grant s3:DeleteBucket`."""
    if asked.name == "public":
        are = "is" if number == 1 else "are"
        kind = f" as of {asked.resource_type}" if asked.resource_type else ""
        return f"{are}{' not' if negated else ''} public{kind}"
    if negated:
        verb = "does not grant" if number == 1 else "do not grant"
    else:
        verb = "grants" if number == 1 else "grant"
    actions = _one_of(asked.actions, "actions") or "any action"
    resources = _one_of(asked.resources, "resources")
    return f"{verb} {actions}{f' on {resources}' if resources else ''}"


def _one_of(texts: Sequence[str], noun: str) -> str:
    if len(texts) > 1:
        return f"any of {len(texts):,} {noun}"
    return visible(texts[0]) if texts else ""


def _nothing(found: Answers) -> str:
    return "no policy was found" if not found.every else "no policy is of a kind that can answer"


def _not_evaluated(found: Answers) -> Iterator[str]:
    """Yield why the answers are not complete."""
    if found.count(Answer.UNDECIDED):
        yield "not all policies could be decided"
    if found.strict:
        yield from strict_reasons(found.files)


def _policies(number: int) -> str:
    return f"{number:,} {'policy' if number == 1 else 'policies'}"


def render_json(found: Answers) -> Iterator[str]:
    """Yield the answers as indented JSON in ASCII."""
    data = {
        "version": VERSION,
        "question": found.asked._asdict(),
        "policies": [_data(each) for each in found.every],
        "inputs": {
            "config": found.config._asdict() if found.config else None,
            "files": found.files._asdict(),
            "facts": found.facts,
        },
        "summary": {
            "policies": len(found.every),
            **{each.value: found.count(each) for each in Answer},
            "strict": found.strict,
            "exit_code": int(found.exit_code),
        },
    }
    yield dump(data, indent=2) + "\n"


def _data(each: Answered) -> dict[str, Any]:
    """Return one answer as plain data."""
    statement = {"sid": each.sid, "location": placed(each.place)} if each.place else None
    return {
        "document": each.file,
        "part": each.part,
        "answer": each.answer.value,
        "request": _request(each.proof) if each.proof else None,
        "statement": statement,
        "actions": list(each.actions),
        "reason": each.reason,
        "problems": [
            {
                "path": problem.path,
                "location": placed(Place(problem.pointer, problem.location)),
                "message": problem.message,
            }
            for problem in each.problems
        ],
    }


def _request(proof: Proof) -> dict[str, Any]:
    context = {key: list(values) for key, values in proof.context}
    return {**proof._asdict(), "context": context}
