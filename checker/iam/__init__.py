"""Decides what an IAM policy means, from its parsed JSON."""
