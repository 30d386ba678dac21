"""`python -m checker` is `policy-check`."""

from checker.cli import main

main()
