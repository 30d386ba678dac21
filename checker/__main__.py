"""Runs `policy-check` as `python -m checker`."""

from checker.cli import main

main()
