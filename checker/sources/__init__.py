"""Finds the policies in a file, whatever its format."""
