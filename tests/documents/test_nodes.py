"""The nodes of a document: found by a JSON Pointer, or by being the very object that was read."""

from __future__ import annotations

import json

import pytest

from checker.documents import Document, Selection, document
from checker.kinds import from_schema
from checker.problems import Json, Route
from checker.reader import parse, read_bytes


def of(data: Json) -> Document:
    source = read_bytes("d.json", json.dumps(data).encode())
    return document(parse(source), Selection((), {"any": from_schema("any", {})}), "any")


DATA: Json = {"a/b": {"~": [{"x": []}, {"x": []}]}, "": 1, "0": {"1": None}}


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ("", ()),
        ("/", ("",)),
        ("/a~1b/~0/0", ("a/b", "~", 0)),
        ("/a~1b/~0/1/x", ("a/b", "~", 1, "x")),
        ("/0/1", ("0", "1")),
        ("/a/b", None),
        ("a~1b", None),
        ("/a~1b/~0/2", None),
        ("/a~1b/~0/-1", None),
        ("/a~1b/~0/-", None),
        ("/a~1b/~0/\u0660", None),
        ("/a~1b/~0/00", None),
        ("/a~1b/~0/99999999999999", None),
        ("/0/1/2", None),
        ("#/0", None),
    ],
)
def test_a_json_pointer_leads_to_a_node_or_nowhere(text: str, route: Route | None) -> None:
    assert of(DATA).resolve(text) == route


def test_an_escaped_pointer_is_unescaped_once() -> None:
    assert of({"~1": 1}).resolve("/~01") == ("~1",)


def test_a_node_is_known_by_itself_and_not_by_its_content() -> None:
    found = of(DATA)
    assert found.route(found.data) == ()
    first, second = ("a/b", "~", 0, "x"), ("a/b", "~", 1, "x")
    assert found.route(found.node(first)) == first
    assert found.route(found.node(second)) == second
    assert found.route([]) is None
    assert found.route("a/b") is None
    assert found.route(None) is None
