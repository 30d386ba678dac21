"""What a run is asked to do: its arguments, its environment and its configuration, merged."""

from __future__ import annotations

from checker.settings.arguments import Arguments
from checker.settings.config import Config, known_kinds
from checker.settings.settings import Settings, merged, settings

__all__ = ["Arguments", "Config", "Settings", "known_kinds", "merged", "settings"]
