"""Measures the processor time and memory that each format takes for many findings.

    PYTHONPATH=. python benchmarks/render_speed.py [--findings N] [FORMAT...]

Memory is what rendering adds at its peak beside the report itself, by tracemalloc in a run of its
own, since tracing slows the other.
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
from collections import deque

from checker.render import FORMATS, Renderer, renderer
from checker.report import Report
from tests.support.reports import many


def main() -> None:
    """Print one line a format."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--findings", type=int, default=100_000)
    parser.add_argument("formats", nargs="*", metavar="FORMAT")
    given = parser.parse_args()
    report = many(given.findings)
    print(f"{len(report.findings):,} findings")
    print(f"{'format':<10}{'seconds':>9}{'MiB':>8}")
    for name in given.formats or FORMATS:
        render = renderer(name)
        print(f"{name:<10}{seconds(render, report):>9.2f}{mebibytes(render, report):>8.1f}")


def seconds(render: Renderer, report: Report) -> float:
    """Return the processor time of rendering a report once."""
    start = time.process_time()
    deque(render(report), maxlen=0)
    return time.process_time() - start


def mebibytes(render: Renderer, report: Report) -> float:
    """Return the most memory that rendering a report holds at once."""
    tracemalloc.start()
    deque(render(report), maxlen=0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 2**20


if __name__ == "__main__":
    main()
