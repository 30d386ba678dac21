"""Reads and writes requirements files whose lines each pin a version by its hashes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from packaging.markers import Marker
from packaging.utils import canonicalize_name

_PIN = re.compile(r"(?P<name>[\w.-]+)==(?P<version>[\w.]+)(?: ; (?P<marker>.+))?")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


class Pin(NamedTuple):
    """One version of a package, and the files of it that may be installed."""

    name: str
    version: str
    marker: str | None
    """Where it is needed, by https://peps.python.org/pep-0508; None: everywhere."""
    hashes: frozenset[str]
    """SHA-256 of files, in hexadecimal digits."""

    def applies(self, environment: Mapping[str, str]) -> bool:
        """Say whether the version is needed in an environment."""
        return self.marker is None or Marker(self.marker).evaluate(dict(environment))

    def text(self, *, with_marker: bool = False) -> str:
        """Return the pin as pip reads it."""
        marker = f" ; {self.marker}" if with_marker and self.marker else ""
        lines = [f"{self.name}=={self.version}{marker}"]
        lines += [f"    --hash=sha256:{each}" for each in sorted(self.hashes)]
        return " \\\n".join(lines)


def parse(text: str) -> list[Pin]:
    """Return the pins of a requirements file; raises ValueError for any other line."""
    joined = re.sub(r" *\\\n *", " ", text)
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    return [_pin(line) for line in lines]


def _pin(line: str) -> Pin:
    requirement, *hashes = re.split(r" (?=--)", line)
    found = _PIN.fullmatch(requirement)
    digests = [_HASH.fullmatch(each) for each in hashes]
    if not found or not digests or not all(digests):
        raise ValueError(f"not a version that is pinned by SHA-256: {line}")
    known = frozenset(each[1] for each in digests if each)
    return Pin(canonicalize_name(found["name"]), found["version"], found["marker"], known)
