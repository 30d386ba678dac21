"""Makes releases; run from the root of a checkout, as docs/releases.md describes."""
