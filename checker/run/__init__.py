"""Runs checks and comparisons: decides every rule on every document, and builds the report."""
