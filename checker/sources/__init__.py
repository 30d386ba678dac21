"""Finds the policy documents that a file holds, whatever the file is."""
