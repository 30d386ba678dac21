"""Lists the dependencies as docs/dependencies.md does, or those without a permissive licence.

    PYTHONPATH=. python tools/dependencies.py [--markdown]

Exits 1 where a dependency of the run time has a licence that is not permissive.
"""

from __future__ import annotations

import argparse
import sys

from tests.repo.dependencies import brought_along, declared, is_permissive, page, row


def main() -> int:
    """Print the page, or each dependency with its licence; return 1 where one is not permissive."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--markdown", action="store_true", help="print docs/dependencies.md")
    if parser.parse_args().markdown:
        print(page(), end="")
        return 0
    rows = [row(name) for name in (*declared()["run time"], *brought_along())]
    for each in rows:
        print(f"{each.name:26}{each.licence}")
    return 0 if all(is_permissive(each.licence) for each in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
