"""A mistake of this program hides nothing of the rest, and opens no gate."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from checker import cel, cli, kinds
from checker.documents import Document, Selection, find, load
from checker.kinds.kind import Kind, from_schema, typed
from checker.problems import InputError, Json, Problem
from checker.reader import AS_GIVEN, Limits
from checker.reader.schema import Schema
from checker.report import Status
from checker.rules import load as load_rules
from checker.run.evaluate import evaluate
from tests.support.command import ROOT


def _loaded(selection: Selection) -> list[Document]:
    listing = find(selection, AS_GIVEN)
    contents = [load(index, listing, selection, Limits()) for index in range(listing.size)]
    return [document for each in contents for document in each.documents]


@pytest.mark.parametrize(
    ("mistake", "told"),
    [
        (RuntimeError("over nothing"), "internal error, please report it: RuntimeError('over"),
        (MemoryError(), "not enough memory to read it"),
    ],
    ids=["mistake", "memory"],
)
def test_a_document_that_a_kind_stumbles_over_is_broken_and_the_next_is_read(
    tmp_path: Path, mistake: Exception, told: str
) -> None:
    def stumbles(data: Json) -> Mapping[str, object]:
        if data == {"stumble": True}:
            raise mistake
        return {}

    (tmp_path / "a.json").write_text('{"stumble": true}', encoding="utf-8")
    (tmp_path / "b.json").write_text("{}", encoding="utf-8")
    schema = Schema({"type": "object"})
    kind = typed("thing", schema, recognises=lambda _: True, bind=stumbles)
    selection = Selection([str(tmp_path)], {"thing": kind})
    first, second = _loaded(selection)
    assert told in first.problems[0].message
    assert second.problems == ()


@pytest.mark.parametrize(
    ("mistake", "told"),
    [(RuntimeError, "internal error"), (MemoryError, "not enough memory")],
)
def test_a_rule_that_evaluation_stumbles_over_is_undecided(
    monkeypatch: pytest.MonkeyPatch, mistake: type[Exception], told: str
) -> None:
    known = {kind.name: kind for kind in kinds.builtin()}
    policy = ROOT / "examples" / "policies" / "ecr-one-repository.json"
    selection = Selection([str(policy)], known)
    (document,) = _loaded(selection)
    rule = load_rules(["builtin:ecr"], known, {}, Limits()).rules[0]

    def stumble(*_: object) -> None:
        raise mistake

    monkeypatch.setattr(cel.Activation, "__init__", stumble)
    outcome = evaluate(rule, document)
    assert outcome.status is Status.ERROR
    assert told in outcome.findings[0].message


def _one(tmp_path: Path, kinds_: dict[str, Kind], text: str = "{}") -> Document:
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    selection = Selection([str(tmp_path / "a.json")], kinds_)
    (document,) = _loaded(selection)
    return document


def test_what_is_found_before_a_mistake_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind = typed("thing", Schema({"type": "object"}), recognises=lambda _: True)
    rule = tmp_path / "twice.yaml"
    rule.write_text(
        "id: twice\ntitle: t\nseverity: low\nkind: thing\ndescription: d\nremediation: r\n"
        "message: m\nrequire:\n- that: document.a == 1\n- that: document.a == 2\n",
        encoding="utf-8",
    )
    (loaded,) = load_rules([str(rule)], {"thing": kind}, {}, Limits()).rules
    document = _one(tmp_path, {"thing": kind}, '{"a": 0}')
    resolved = iter([False])

    def once(*_: object) -> bool:
        return next(resolved)  # the second requirement meets a mistake: StopIteration

    monkeypatch.setattr("checker.run.evaluate._truth", once)
    outcome = evaluate(loaded, document)
    assert outcome.status is Status.ERROR
    assert [finding.status for finding in outcome.findings] == [Status.FAIL, Status.ERROR]


def test_a_document_without_a_kind_passes_nothing() -> None:
    known = {kind.name: kind for kind in kinds.builtin()}
    rule = load_rules(["builtin:ecr"], known, {}, Limits()).rules[0]
    assert evaluate(rule, Document("a.json")).status is Status.ERROR


@pytest.mark.parametrize(
    ("recognise", "reason"),
    [
        ("lists.range(10000000).all(x, x >= 0)", "cost budget exceeded"),
        ("document.a", "must be true or false, not int"),
    ],
)
def test_a_kind_that_cannot_be_decided_is_no_other_kind(
    tmp_path: Path, recognise: str, reason: str
) -> None:
    strict = from_schema("strict", {"type": "object"}, recognise)
    lax = from_schema("lax", {"type": "object"}, "true")
    document = _one(tmp_path, {"strict": strict, "lax": lax}, '{"a": 1}')
    assert "its kind could not be decided" in document.problems[0].message
    assert reason in document.problems[0].message


def test_an_error_that_names_nothing_cannot_be_made() -> None:
    with pytest.raises(TypeError):
        InputError(*list[Problem]())


def test_a_rejected_value_has_a_violation_though_nothing_explains_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("checker.reader.schema._explanations", lambda *_: iter(()))
    (violation,) = Schema({"type": "object"}).violations(5)
    assert violation.message == "not valid against the schema of its kind"


def test_a_mistake_of_the_command_is_no_verdict(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stumble(_: str) -> None:
        raise RuntimeError("over nothing")

    monkeypatch.setattr(cli, "load", stumble)
    with pytest.raises(SystemExit) as caught:
        cli.main(["rules", "policies"])
    assert caught.value.code == 2
    assert "the check is not complete" in capsys.readouterr().err


def test_an_end_of_file_within_the_command_is_no_interrupt(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ends(_: str) -> None:
        raise EOFError("a cache that is cut off")

    monkeypatch.setattr("checker.settings.config.locate", ends)
    with pytest.raises(SystemExit) as caught:
        cli.main(["rules", "policies"])
    assert caught.value.code == 2
    said = capsys.readouterr().err
    assert "a cache that is cut off" in said
    assert "interrupted" not in said
