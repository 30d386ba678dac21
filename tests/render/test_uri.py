"""Displayed paths as URI references: relative, absolute, with bytes that are not UTF-8."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote_to_bytes, urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.reader.files import display_path
from checker.render.uri import reference

PATHS = {
    "policies/ci.json": "policies/ci.json",
    "./policies//ci.json": "policies/ci.json",
    "policies/../other/a.json": "other/a.json",
    "../a.json": "../a.json",
    "/srv/a b.json": "file:///srv/a%20b.json",
    "C:/work/a.json": "file:///C:/work/a.json",
    "//host/share/a.json": "file:////host/share/a.json",
    "c:a.json": "c%3Aa.json",
    "a#b?c%d.json": "a%23b%3Fc%25d.json",
    "中文.json": "%E4%B8%AD%E6%96%87.json",
    r"caf\xe9.json": "caf%E9.json",
    r"\xff\xfe": "%FF%FE",
    r"a\b\x1f.json": "a%5Cb%5Cx1f.json",
    "<stdin>": "%3Cstdin%3E",
    "javascript:alert(1)": "javascript%3Aalert%281%29",
    "\ud800": "%5Cud800",
    "a\n.json": "a%0A.json",
}


@pytest.mark.parametrize(("path", "uri"), PATHS.items(), ids=ascii)
def test_a_path_is_a_reference(path: str, uri: str) -> None:
    assert reference(path) == uri


@given(st.binary(min_size=1, max_size=20))
def test_a_file_is_found_by_its_reference_whatever_its_name(name: bytes) -> None:
    name = re.sub(rb"[/\x00\\]", b"x", name)
    path = display_path(f"folder/{name.decode('utf-8', 'surrogateescape')}/a.json")
    uri = reference(path)
    assert re.fullmatch(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+", uri)
    joined = urljoin("file:///root/", uri).removeprefix("file://")
    found = unquote_to_bytes(joined)
    assert Path(found.decode("utf-8", "surrogateescape")) == Path(
        f"/root/folder/{name.decode('utf-8', 'surrogateescape')}/a.json"
    ) or name in {b".", b".."}
