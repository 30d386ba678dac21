"""The whole walk on one page: options in, every rule decided on every document, a report out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial

from checker import cel, documents, rules, waivers
from checker.documents import Selection
from checker.messages import did_you_mean
from checker.problems import InputError, Problem
from checker.reader import Limits
from checker.report import (
    WORST,
    Earlier,
    Finding,
    Framework,
    Report,
    RuleCounts,
    Severity,
    Status,
)
from checker.report import load as earlier
from checker.rules import Rule, RuleSet
from checker.run.collect import Tally
from checker.run.decide import Work
from checker.settings.config import Config, known_kinds
from checker.version import VERSION
from checker.waivers import Terms, Waivers
from checker.workers import Workers, decide_all, rehearse, restrained

Progress = Callable[[int, int], None]
"""Called with the number of documents decided so far and of all."""


def today() -> date:
    """Return the day it is in UTC, by which waivers are judged unless another one is given."""
    return datetime.now(UTC).date()


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is asked to do, by the command line and the configuration file."""

    rules: Sequence[str] = ()
    policies: Sequence[str] = ()
    kinds: Sequence[tuple[str, str]] = ()
    exclude: Sequence[str] = ()
    config: Config = field(default_factory=Config)
    fail_level: Severity | None = None
    strict: bool | None = None
    limits: Limits = field(default_factory=Limits)
    workers: Workers | None = None
    """Without, all is decided in this process, and nothing bounds its time and memory."""
    engine: cel.Engine = "codegen"
    profile: str = ""
    waivers: str = ""
    baseline: str = ""
    previous: str = ""
    frameworks: Sequence[str] = ()
    today: date = field(default_factory=today)


def check(options: Options, progress: Progress = lambda _done, _all: None) -> Report:
    """Decide every rule on every document and return the report.

    Raises InputError when a rule, the configuration or an earlier report cannot be used: then
    nothing is checked.
    """
    with restrained(options.workers):
        work, report, accepted, baseline = _prepared(options)
    tally = Tally(report, accepted)
    digest = hashlib.sha256()
    total = work.listing.size
    for decision in decide_all(work, options.workers):
        digest.update(f"{decision.sha256} {decision.path}\n".encode())
        tally.add(decision)
        progress(report.documents, total)
    # INVARIANT: a document that was lost on the way is no document that passed.
    if report.documents != total:
        message = f"{report.documents} of {total} documents were decided"
        raise RuntimeError(message)
    report.documents_sha256 = digest.hexdigest()
    wrong, report.idle_waivers = accepted.settle()
    found = [_compared(each, baseline) for each in (*report.findings, *wrong)]
    report.findings = sorted(found, key=_worst_first)
    return report


def _prepared(options: Options) -> tuple[Work, Report, Waivers, Earlier | None]:
    """Return what there is to decide, a report to fill, waivers and baseline. Raises InputError."""
    settings = options.config
    if settings.schemas:
        compiled = partial(known_kinds, settings, options.limits)
        rehearse(compiled, options.workers, "the schemas of kinds")
    selection = _selection(options, settings)
    loaded = rules.load(
        options.rules, selection.kinds, settings.params, options.limits, options.engine
    )
    profile = options.profile or settings.profile
    rule_set = rules.select(loaded, options.rules, profile, options.limits)
    chosen = _enabled(rule_set, settings)
    frameworks, more = rules.load_frameworks(options.rules, options.limits)
    accepted = _waivers(options, loaded)
    baseline, previous = _earlier(options.baseline), _earlier(options.previous)
    listing = documents.find(selection, options.limits)
    report = Report(
        version=VERSION,
        fail_level=options.fail_level or Severity.of(settings.fail_level or Severity.LOW.label),
        strict=settings.strict if options.strict is None else options.strict,
        rules=[_row(rule) for rule in chosen],
        inputs=[*rule_set.inputs, *more],
        config=settings.input,
        disabled=tuple(sorted(settings.disable)),
        left_out=rule_set.left_out,
        facts=_facts(chosen, selection),
        unread=[*rule_set.unread, *listing.unread],
        excluded=list(listing.excluded),
        warnings=[warning for rule in chosen for warning in rule.warnings],
        frameworks=frameworks,
        assessed=_assessed(options.frameworks, frameworks),
        today=options.today,
        waivers=accepted.input,
        baseline=baseline.input if baseline else None,
        previous=previous,
    )
    work = Work(chosen, listing, selection, options.limits)
    return work, report, accepted, baseline


def _waivers(options: Options, loaded: RuleSet) -> Waivers:
    """Return the waivers of the run, which may be for any rule that is loaded or shipped."""
    if not options.waivers:
        return Waivers()
    known = {*(rule.id for rule in loaded.rules), *rules.shipped()}
    terms = Terms(options.today, known, {rule.id for rule in loaded.rules if not rule.waivable})
    return waivers.load(options.waivers, terms, options.limits)


def _earlier(place: str) -> Earlier | None:
    return earlier.load(place).earlier if place else None


def _compared(finding: Finding, baseline: Earlier | None) -> Finding:
    """Return a finding, marked where it is a violation, not waived, that the baseline has."""
    if baseline and finding.status is Status.FAIL and finding.fingerprint in baseline.findings:
        return finding._replace(known=True)
    return finding


def _row(rule: Rule) -> RuleCounts:
    return RuleCounts(
        rule.id,
        rule.title,
        rule.severity,
        rule.controls,
        rule.description,
        rule.remediation,
        rule.references,
        rule.path,
        rule.waivable,
        rule.shipped,
    )


def _assessed(asked: Sequence[str], known: Mapping[str, Framework]) -> tuple[str, ...]:
    """Return the names of frameworks that were asked for; raises InputError for an unknown one."""
    for name in asked:
        if name not in known:
            hint = did_you_mean(name, known) or f": expected one of {', '.join(sorted(known))}"
            raise InputError(Problem("--framework", f"unknown framework `{name}`{hint}"))
    return tuple(dict.fromkeys(asked))


def _facts(chosen: Sequence[Rule], selection: Selection) -> tuple[str, ...]:
    names = dict.fromkeys(rule.kind for rule in chosen)
    return tuple(dict.fromkeys(filter(None, (selection.kinds[name].facts() for name in names))))


def _selection(options: Options, settings: Config) -> Selection:
    known = known_kinds(settings, options.limits)
    mapped = (*settings.paths, *options.kinds)
    for glob, name in mapped:
        if name not in known:
            hint = did_you_mean(name, list(known)) or f": expected one of {', '.join(known)}"
            raise InputError(Problem(glob, f"unknown kind `{name}`{hint}"))
    return Selection(
        paths=options.policies,
        kinds=known,
        mapped=mapped,
        excluded=(*settings.exclude, *options.exclude),
    )


def _enabled(rule_set: RuleSet, settings: Config) -> list[Rule]:
    """Return the rules that are not disabled; a setting for no rule at all is an error."""
    known = [*(rule.id for rule in rule_set.rules), *rule_set.left_out]
    origin = settings.input.path if settings.input else ""
    problems = [
        Problem(origin, f"`{name}` is set in {where}, but no such rule is loaded{hint}")
        for where, names in (("params", settings.params), ("disable", settings.disable))
        for name in names
        if name not in known
        for hint in [did_you_mean(name, known)]
    ]
    if problems and known:
        raise InputError(*problems)
    return [rule for rule in rule_set.rules if rule.id not in settings.disable]


def _worst_first(finding: Finding) -> tuple[object, ...]:
    location = finding.place.location
    return (
        -finding.severity,
        finding.rule,
        -WORST[finding.status],
        finding.document,
        (location.line, location.column) if location else (0, 0),
        finding.message,
        finding.fingerprint,
    )
