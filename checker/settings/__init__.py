"""Merges a run's arguments with its configuration file."""

from __future__ import annotations

from checker.settings.arguments import Arguments
from checker.settings.config import Config, known_kinds
from checker.settings.settings import Settings, merged, settings

__all__ = ["Arguments", "Config", "Settings", "known_kinds", "merged", "settings"]
