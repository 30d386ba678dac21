"""Loads rule files, checks them by their schema, and compiles them into runnable rules."""

from checker.rules.frameworks import load_frameworks
from checker.rules.loading import RuleSet, load, rule_documents
from checker.rules.profiles import profiles_of, select
from checker.rules.requirement import asked
from checker.rules.rule import About, Example, Hole, Requirement, Rule, RuleFile
from checker.rules.rule_files import BUILTIN, shipped

__all__ = [
    "BUILTIN",
    "About",
    "Example",
    "Hole",
    "Requirement",
    "Rule",
    "RuleFile",
    "RuleSet",
    "asked",
    "load",
    "load_frameworks",
    "profiles_of",
    "rule_documents",
    "select",
    "shipped",
]
