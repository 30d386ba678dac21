"""Declares the meaning of policies as types and functions of the expression language.

This is the only public module of the package. Every example is true of `SAMPLE`.
"""

from __future__ import annotations

from checker.iam.functions.facts import FACTS
from checker.iam.functions.fixing import FIXING
from checker.iam.functions.methods import METHODS
from checker.iam.functions.part_methods import PART_METHODS
from checker.iam.functions.part_structs import PART_STRUCTS
from checker.iam.functions.samples import POLICY, SAMPLE
from checker.iam.functions.stranger_methods import STRANGER_METHODS
from checker.iam.functions.structs import OWN_STRUCTS

__all__ = ["FUNCTIONS", "POLICY", "SAMPLE", "STRUCTS"]

STRUCTS = (*OWN_STRUCTS, *PART_STRUCTS)
FUNCTIONS = (*METHODS, *PART_METHODS, *FIXING, *STRANGER_METHODS, *FACTS)
