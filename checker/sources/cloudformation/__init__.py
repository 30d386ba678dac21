"""Finds the policies in CloudFormation templates, and renders them in every way that is open."""

from __future__ import annotations
