"""Finding and loading documents: every file is read, is a broken document, or is listed."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from checker import kinds
from checker.documents import STDIN, Document, Listing, Outcome, Selection, document, find, load
from checker.kinds import Kind, from_schema
from checker.reader import Limits, Root, parse, read_bytes
from tests.support.git import fake

POLICY = (
    '{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}'
)
KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        *kinds.builtin(),
        from_schema("pod", {"required": ["spec"]}, "document.kind == 'Pod'"),
        from_schema("labelled", {}, "has(document.labels)"),
        from_schema("any", {"type": "object"}),
    )
}


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def put(name: str, text: str = POLICY) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, encoding="utf-8")


def here() -> Root:
    return Root(str(Path.cwd().resolve()))


def read(listing: Listing, selection: Selection, limits: Limits | None = None) -> list[Document]:
    return [
        each
        for index in range(listing.size)
        for each in load(index, listing, selection, limits or Limits()).documents
    ]


def loaded(*paths: str, **options: Sequence[object]) -> list[Document]:
    selection = Selection(paths or (".",), KINDS, **options)  # type: ignore[arg-type]  # by name
    return read(find(selection, here()), selection)


def outcomes(*paths: str) -> dict[str, str]:
    """Return what became of each file: its outcome, or what is wrong with its document."""
    selection = Selection(paths, KINDS)
    listing = find(selection, here())
    found: dict[str, str] = {}
    for index in range(listing.size):
        contents = load(index, listing, selection, Limits())
        inside = list(contents.documents)
        broken = [problem.message for each in inside for problem in each.problems]
        outcome = Outcome.DOCUMENTS if inside else contents.otherwise
        found[listing.name(index)] = broken[0] if broken else str(outcome)
    return found


def only(*paths: str, **options: Sequence[object]) -> Document:
    (found,) = loaded(*paths, **options)
    return found


def trouble(found: Document) -> str:
    (problem,) = found.problems
    return problem.message


def test_a_document_is_found_read_and_bound() -> None:
    put("policies/a.json")
    found = only("policies")
    assert (found.file, found.problems) == ("policies/a.json", ())
    assert found.kind is KINDS["aws-iam-policy"]
    assert len(found.sha256) == 64
    assert found.activation.value("document") is found.data
    assert found.activation.owner("policy") is found.activation


def test_files_come_in_the_order_of_their_names_and_each_once() -> None:
    for name in ("p/b.json", "p/a/z.yml", "p/a.yaml", "p/B.JSON"):
        put(name)
    paths = [found.file for found in loaded("p", "p/a/z.yml", "./p/b.json", "p/a/..")]
    assert paths == ["p/B.JSON", "p/a/z.yml", "p/a.yaml", "p/b.json"]


def test_the_same_file_by_another_name_is_read_once() -> None:
    put("p/a.json")
    Path("p/link.json").symlink_to("a.json")
    Path("other").symlink_to("p")
    assert len(loaded("p", "other", "other/a.json", str(Path("p/a.json").resolve()))) == 1


def test_nothing_in_a_directory_is_passed_over_but_what_is_of_git() -> None:
    names = "p/a.json p/a.txt p/a.conf p/json p/c.jsonc p/x/d.tf p/.git/b.json p/.hidden/e.json"
    for name in names.split():
        put(name)
    put("p/none.conf", "none")
    put("p/none.tf", "none")
    put("p/none.json", '{"name": "none"}')
    fake(Path("p"))
    found = outcomes("p")
    in_a_template = {
        name for name in found if found[name].startswith("a policy statement is in a ")
    }
    assert in_a_template == {"p/json", "p/c.jsonc", "p/x/d.tf"}
    assert {name: found[name] for name in found if name not in in_a_template} == {
        "p/.hidden/e.json": "documents",
        "p/a.conf": "unread",
        "p/a.json": "documents",
        "p/a.txt": "mentioned",
        "p/none.conf": "none",
        "p/none.json": "none",
        "p/none.tf": "none",
    }


@pytest.mark.parametrize(
    ("glob", "left"),
    [
        ("p/a.json", ["p/b/a.json", "p/b/c.yaml"]),
        ("*a.json", ["p/b/c.yaml"]),
        ("*/b/*", ["p/a.json"]),
        ("p/*", []),
        ("*.JSON", ["p/a.json", "p/b/a.json", "p/b/c.yaml"]),
        ("b", ["p/a.json", "p/b/a.json", "p/b/c.yaml"]),
        ("a.json", ["p/a.json", "p/b/a.json", "p/b/c.yaml"]),
    ],
)
def test_what_is_excluded_is_listed_and_not_read(glob: str, left: list[str]) -> None:
    everything = ["p/a.json", "p/b/a.json", "p/b/c.yaml"]
    for name in everything:
        put(name)
    listing = find(Selection(("p",), KINDS, excluded=(glob,)), here())
    files = [entry.name for entry in listing.files]
    assert files == left
    assert sorted({*files, *listing.excluded}) == everything
    assert listing.idle_globs == (() if listing.excluded else (glob,))


def test_a_named_file_is_read_even_if_a_glob_excludes_it() -> None:
    put("p/a.json")
    assert only("p/a.json", excluded=("*",)).problems == ()


def test_an_excluded_directory_may_hold_anything() -> None:
    put("p/a.json")
    put("p/old/broken.json", "{")
    assert only("p", excluded=("p/old/*",)).file == "p/a.json"


@pytest.mark.parametrize("name", ["a.conf", "a.json.bak", "README.md", "a.py"])
def test_a_named_file_of_another_name_that_shows_a_policy_is_broken(name: str) -> None:
    put(name)
    assert outcomes(name)[name].startswith("the file shows a policy, but files with its extension")


@pytest.mark.parametrize("name", ["a", ".a", "a.json5", "a.tf", "a.json.tpl", "A.POLICY"])
def test_a_template_that_shows_a_policy_is_broken_also_where_it_is_not_named(name: str) -> None:
    put(f"p/{name}")
    for path in ("p", f"p/{name}"):
        assert outcomes(path)[f"p/{name}"].startswith("a policy statement is in a ")


@pytest.mark.parametrize("name", ["a.conf", "a.json.bak", "a", "a.tf", "a.json", "a.txt"])
def test_a_named_file_without_a_policy_is_not_broken_by_its_name(name: str) -> None:
    put(name, "{}")
    found = outcomes(name)[name]
    assert found == "none"


@pytest.mark.parametrize("name", ["missing.json", "missing", "no/dir.json", "a\x00b.json", ""])
def test_what_is_not_there_is_broken_and_not_lost(name: str) -> None:
    found = only(name)
    assert found.problems
    assert found.kind is None
    assert found.data is None


def test_a_broken_document_hides_none_of_the_good() -> None:
    put("p/a.json", "{")
    put("p/b.json")
    put("p/c.json", '{"Statement": []}')
    put("p/d.yaml", "a: *x")
    put("p/e.json", "")
    put("p/f.json")
    good = [found.file for found in loaded("p") if not found.problems]
    assert good == ["p/b.json", "p/f.json"]
    assert len(loaded("p")) == 6


def test_an_invalid_document_keeps_its_kind_and_all_its_problems() -> None:
    put("a.json", '{\n "Statement": {"Efect": "Deny",\n "Action": "x", "Resource": "*"}}')
    found = only("a.json")
    assert found.kind is KINDS["aws-iam-policy"]
    places = {(p.pointer, p.location.line, p.location.column) for p in found.problems if p.location}
    assert places == {
        ("/Statement", 2, 15),
        ("/Statement/Efect", 2, 16),
        ("/Statement/Action", 3, 12),
    }
    assert found.activation.owner("document") is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (POLICY, "aws-iam-policy"),
        ('{"kind": "Pod", "spec": 1}', "pod"),
        ('{"kind": "Deployment", "labels": {}}', "labelled"),
    ],
)
def test_a_kind_is_recognised_by_content(text: str, kind: str) -> None:
    put("a.json", text)
    found = only("a.json")
    assert (found.kind, found.problems) == (KINDS[kind], ())


NOTHING = ["{}", "[]", "null", "5", '"Statement"', '{"kind": 5}']


@pytest.mark.parametrize("text", NOTHING)
@pytest.mark.parametrize("path", ["p", "p/a.json"])
def test_what_no_kind_recognises_is_no_document(text: str, path: str) -> None:
    put("p/a.json", text)
    assert outcomes(path) == {"p/a.json": "none"}


@pytest.mark.parametrize("text", NOTHING)
def test_what_no_kind_recognises_is_broken_where_a_document_is_asked_for(text: str) -> None:
    source = read_bytes("a.json", text.encode())
    found = document(parse(source), Selection((), KINDS))
    assert trouble(found).startswith("not recognised as `aws-iam-policy`, `pod`, ")
    assert "--kind 'GLOB=KIND'" in trouble(found)
    assert found.kind is None


def test_what_two_kinds_recognise_is_broken() -> None:
    put("a.json", '{"kind": "Pod", "spec": 1, "labels": {}}')
    assert trouble(only("a.json")) == "looks like `pod` and `labelled`: name its kind with --kind"


@pytest.mark.parametrize(
    ("mapped", "kind"),
    [
        ([("*.json", "any")], "any"),
        ([("p/*", "any")], "any"),
        ([("*", "any"), ("p/x/*", "pod")], "pod"),
        ([("p/x/*", "pod"), ("*", "any")], "any"),
        ([("x/*", "pod")], "aws-iam-policy"),
        ([("*.JSON", "pod")], "aws-iam-policy"),
    ],
)
def test_the_last_glob_that_matches_gives_the_kind(
    mapped: list[tuple[str, str]], kind: str
) -> None:
    put("p/x/a.json", POLICY if kind == "aws-iam-policy" else '{"spec": {}}')
    assert only("p", mapped=mapped).kind is KINDS[kind]


@pytest.mark.parametrize("glob", ["*", "a.json"])
def test_no_mapping_makes_a_policy_something_else(glob: str) -> None:
    put("a.json")
    message = "mapped to `any`, but it is `aws-iam-policy`: correct the mapping"
    assert trouble(only("a.json", mapped=[(glob, "any")])) == message


def test_a_mapped_kind_is_still_checked_by_its_schema() -> None:
    put("a.json", "{}")
    assert trouble(only("a.json", mapped=[("*", "pod")])) == "the element `spec` is missing"


def test_links_out_of_the_directory_and_to_nowhere_are_broken_documents() -> None:
    put("secret.json")
    put("p/a.json")
    Path("p/b.json").symlink_to(Path("secret.json").resolve())
    Path("p/c.json").symlink_to("nowhere.json")
    Path("p/d").symlink_to(Path.cwd())
    found = {each.file: each for each in loaded("p")}
    assert found["p/a.json"].problems == ()
    assert "leads out of the directory" in trouble(found["p/b.json"])
    assert "leads nowhere" in trouble(found["p/c.json"])
    assert "leads out of the directory" in trouble(found["p/d"])


def test_a_loop_of_directories_ends() -> None:
    put("p/a.json")
    Path("p/again").symlink_to(".")
    assert only("p").file == "p/a.json"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("name", ["p", "p/a.json"])
def test_a_pipe_is_broken_and_never_waited_for(name: str) -> None:
    Path("p").mkdir()
    os.mkfifo("p/a.json")
    assert "named pipe" in trouble(only(name))


class Stream:
    def __init__(self, data: bytes) -> None:
        self.buffer = io.BytesIO(data)


@pytest.mark.parametrize("text", [POLICY, "Statement: {Effect: Deny, Action: '*', Resource: '*'}"])
def test_standard_input_is_one_document(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Stream(text.encode()))
    found = only(STDIN, STDIN)
    assert (found.file, found.problems) == ("<stdin>", ())


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b" " * 101])
def test_bad_standard_input_is_a_broken_document(
    data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", Stream(data))
    selection = Selection((STDIN,), KINDS)
    (found,) = read(find(selection, here()), selection, Limits(max_bytes=100))
    assert found.file == "<stdin>"
    assert found.problems


def test_standard_input_without_a_policy_holds_no_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Stream(b"{}"))
    assert outcomes(STDIN) == {"<stdin>": "none"}


def test_a_file_that_vanishes_before_it_is_read_is_broken() -> None:
    put("a.json")
    selection = Selection((".",), KINDS)
    listing = find(selection, here())
    Path("a.json").unlink()
    (found,) = read(listing, selection)
    assert "no such file" in trouble(found)
