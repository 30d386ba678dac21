"""Holds the reader against two suites of texts to parse, and prints counts or a page.

    PYTHONPATH=. POLICY_CHECK_DATA=… python tools/reading.py [--markdown | --json]

With `--markdown` it prints docs/reading.md. Exits 1 where a text crashed the reader, or was refused
without a place.
"""

from __future__ import annotations

import argparse
import json
import sys

from tests.support.suites import LOADERS, Answer, json_cases, page, read_json, read_yaml, yaml_cases


def main() -> int:
    """Print the counts, or the page; return 1 where a text was not answered as it must be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--markdown", action="store_true", help="print docs/reading.md")
    parser.add_argument("--json", action="store_true", help="print the counts as JSON")
    options = parser.parse_args()
    if not json_cases() or not yaml_cases():
        print("POLICY_CHECK_DATA names no folder with the two suites", file=sys.stderr)
        return 2
    if options.markdown:
        print(page(), end="")
        return 0
    answers = [read_json(name) for name in json_cases()]
    answers += [read_yaml(case["yaml"], each) for case in yaml_cases().values() for each in LOADERS]
    counts = {
        "texts": len(answers),
        "read": sum(answer.documents is not None for answer in answers),
        "refused at a place": sum(map(_is_placed, answers)),
    }
    print(json.dumps(counts) if options.json else _lines(counts))
    return 0 if counts["read"] + counts["refused at a place"] == counts["texts"] else 1


def _is_placed(answer: Answer) -> bool:
    return answer.documents is None and answer.location is not None


def _lines(counts: dict[str, int]) -> str:
    return "\n".join(f"{count:>6,} {name}" for name, count in counts.items())


if __name__ == "__main__":
    sys.exit(main())
