"""Every target by its name."""

from __future__ import annotations

from collections.abc import Mapping

from tests.fuzz import accepting, comparing, deciding, passing, reading, rendering
from tests.fuzz.case import Target

TARGETS: Mapping[str, Target] = {
    target.name: target
    for module in (reading, deciding, rendering, passing, accepting, comparing)
    for target in module.TARGETS
}
