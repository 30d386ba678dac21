"""Counts the policies that stand in a repository, without any code of the product.

INVARIANT: nothing here imports `checker`, so that what its sources overlook is counted here.
"""

from tools.presence.found import FORMS, MENTIONED, Found
from tools.presence.walk import present

__all__ = ["FORMS", "MENTIONED", "Found", "present"]
