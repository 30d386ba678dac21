"""Finds the policies in Terraform's files, and renders them in every way that is open."""

from __future__ import annotations

from checker.sources.terraform.repository import Repository

__all__ = ["Repository"]
