"""Counts the policies that stand in a repository, without any code of the product.

INVARIANT: nothing here imports `checker`, so that what its sources overlook is counted here.
"""

from tools.presence.found import FORMS, MENTIONED, NOT_IN_FORCE, Found
from tools.presence.walk import present

__all__ = ["FORMS", "MENTIONED", "NOT_IN_FORCE", "Found", "present"]
