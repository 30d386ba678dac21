"""Make report.png, the picture of the HTML report on the project's own examples.

Needs Chromium, and for the fonts of the picture Debian's fonts-inter and fonts-jetbrains-mono:
`.venv/bin/python docs/images/make.py`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).with_name("policy-check")
CHECK = ("builtin", "examples/violations", "--no-config")
FRAMEWORKS = ("--framework", "nist-800-53-r5", "--framework", "aws-fsbp")
FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
<include>/etc/fonts/fonts.conf</include>
<alias binding="strong"><family>system-ui</family>
<prefer><family>Inter</family></prefer></alias>
<alias binding="strong"><family>ui-monospace</family>
<prefer><family>JetBrains Mono</family></prefer></alias>
</fontconfig>
"""


def main() -> None:
    """Check the examples, open the report, and write the picture beside this file."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    with TemporaryDirectory() as folder:
        page, fonts = Path(folder, "report.html"), Path(folder, "fonts.conf")
        fonts.write_text(FONTS, encoding="utf-8")
        subprocess.run([COMMAND, *CHECK, *FRAMEWORKS, "-o", f"html={page}"], cwd=ROOT, check=False)
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path=browser,
                args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
                env={**os.environ, "FONTCONFIG_FILE": str(fonts)},
            )
            view = chromium.new_page(viewport={"width": 1280, "height": 900}, color_scheme="light")
            view.goto(page.as_uri())
            view.screenshot(path=Path(__file__).with_name("report.png"))
            chromium.close()


if __name__ == "__main__":
    main()
