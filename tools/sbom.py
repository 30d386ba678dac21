"""Names the release in a CycloneDX SBOM: its version, its package URL and the hash of its wheel.

    cyclonedx-py environment --pyproject pyproject.toml … | python -m tools.sbom WHEEL > sbom.json

The version is not in pyproject.toml, where cyclonedx-py looks for it. The fields are described in
https://cyclonedx.org/docs/1.6/json/#metadata_component.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from packaging.utils import parse_wheel_filename


def complete(sbom: dict[str, Any], wheel: Path) -> dict[str, Any]:
    """Return an SBOM whose main component is a wheel; raises ValueError if it is of another."""
    name, version, _, _ = parse_wheel_filename(wheel.name)
    component = sbom["metadata"]["component"]
    if component["name"] != name:
        raise ValueError(f"the SBOM is about {component['name']}, and the wheel is {name}")
    known = {
        "version": str(version),
        "purl": f"pkg:pypi/{name}@{version}",
        "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(wheel.read_bytes()).hexdigest()}],
    }
    return sbom | {"metadata": sbom["metadata"] | {"component": component | known}}


def main(arguments: list[str] | None = None) -> int:
    """Read an SBOM from standard input and write the completed one to standard output."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("wheel", type=Path, help="the wheel of the release")
    given = parser.parse_args(arguments)
    json.dump(complete(json.load(sys.stdin), given.wheel), sys.stdout, indent=2)
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
