"""Draws README's picture of a text report of the command.

`python docs/images/text_report.py` renews it.
"""

from __future__ import annotations

import subprocess
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parents[2]
PICTURE = Path(__file__).with_name("report.svg")
ARGUMENTS = [
    "--rules=rules/iam/no-full-admin.yaml",
    "--rules=rules/ecr/ecr-push-to-one-repository.yaml",
    "--color=always",
    "--no-config",
    "examples/policies",
    "examples/violations/ecr-push-to-one-repository.json",
    "examples/violations/no-full-admin.json",
]
_WIDTH = 84
"""Columns: the report's and a margin for paths, which are not cut."""
# As rich has it, without the fonts that it would fetch: a picture in a page fetches nothing.
_FORMAT = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">
<title>The report of policy-check in a terminal</title>
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: {char_height}px; line-height: {line_height}px;
}}
.{unique_id}-title {{ font-family: sans-serif; font-size: 18px; font-weight: bold; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def picture() -> str:
    """Return the report of some examples as an SVG picture, the same for the same report."""
    command = Path(sys.executable).with_name("policy-check")
    ran = subprocess.run(
        [command, *ARGUMENTS], cwd=ROOT, env={"LC_ALL": "C"}, capture_output=True, check=False
    )
    console = Console(file=StringIO(), record=True, width=_WIDTH, force_terminal=True)
    console.print(Text.from_ansi(ran.stdout.decode().rstrip()), overflow="ignore", no_wrap=True)
    svg = console.export_svg(title="policy-check", code_format=_FORMAT, unique_id="report")
    return "\n".join(line.rstrip() for line in svg.splitlines()) + "\n"


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
