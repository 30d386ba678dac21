"""Runs a check from its settings to its report, step by step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from checker import documents, rules, waivers
from checker.documents import Outcome, Selection
from checker.messages import did_you_mean
from checker.problems import InputError, Problem
from checker.report import (
    Earlier,
    FileCounts,
    Framework,
    Input,
    Report,
    RuleCounts,
    Status,
    folded,
    saved,
)
from checker.rules import Rule, RuleSet
from checker.run.collect import Collected
from checker.run.decide import Work
from checker.run.inherit import Estate, Inheritance
from checker.run.inputs import idle_globs, selection
from checker.settings import Settings, known_kinds
from checker.version import VERSION
from checker.waivers import Terms, Waivers
from checker.workers import decide_all, rehearse, restrained

Progress = Callable[[int, int], None]
"""Called with the number of files decided so far, and the number of all files."""


def load(settings: Settings) -> RuleSet:
    """Return all rules of a run, compiled; raises InputError with all their problems."""
    with restrained(settings.workers):
        return _loaded(settings, selection(settings))


def check(
    settings: Settings,
    progress: Progress = lambda _done, _all: None,
    loaded: RuleSet | None = None,
    *,
    former: bool = False,
) -> Report:
    """Decide every rule on every document and return the report.

    `loaded` is what `load` returned for settings with the same rules; without it, the rules are
    loaded here. With `former`, findings have their fingerprints of version 1 too. Raises
    InputError, before anything is checked, if a rule, the configuration or an earlier report cannot
    be used.
    """
    with restrained(settings.workers):
        prepared = _Prepared(settings, loaded, former=former)
    collected = Collected(prepared.work.rules, prepared.accepted, prepared.baseline, settings.root)
    total = prepared.work.size
    for decision in decide_all(prepared.work, settings.workers):
        collected.add(decision)
        progress(collected.files, total)
    # INVARIANT: a file that was lost during the run must not count as passed.
    if collected.files != total:
        message = f"{collected.files} of {total} files were decided"
        raise RuntimeError(message)
    return prepared.report(collected)


class _Prepared:
    """Everything that a run needs before it reads the first document. Raises InputError."""

    def __init__(self, settings: Settings, loaded: RuleSet | None, *, former: bool) -> None:
        self._settings = settings
        if settings.config.schemas:
            compiled = partial(known_kinds, settings.config, settings.limits)
            rehearse(compiled, settings.workers, "the schemas of kinds")
        self._selection = selection(settings)
        sets = self._selection.given.sets
        self._parameters = tuple(Input(each.name, each.sha256) for each in sets)
        loaded = loaded or _loaded(settings, self._selection)
        self._rule_set = _chosen(loaded, settings)
        known, self._frameworks_files = rules.load_frameworks(
            settings.rules, settings.limits, settings.root
        )
        self._frameworks = known
        self._assessed = _assessed(settings.frameworks, known)
        self.accepted = _waivers(settings, loaded)
        update = f"`policy-check baseline update {settings.baseline}`"
        advice = f"rewrite it once by {update}, with the same rules and policies"
        self.baseline = _earlier(settings.baseline, settings, advice)
        self._previous = _earlier(settings.previous, settings, "leave it out once")
        listing = documents.find(self._selection, settings.root, settings.limits)
        self._idle_globs = idle_globs(listing, settings)
        self.work = Work(
            self._rule_set.rules,
            listing,
            self._selection,
            settings.limits,
            _inheritance(self.accepted, self.baseline),
            former,
        )

    def report(self, collected: Collected) -> Report:
        """Return the report on what was decided."""
        settings, chosen = self._settings, self._rule_set
        findings, idle_waivers = collected.settle()
        return Report(
            version=VERSION,
            fail_level=settings.fail_level,
            strict=settings.strict,
            rules=tuple(map(_row, chosen.rules, collected.counts())),
            inputs=(*chosen.inputs, *self._frameworks_files, *self._parameters),
            config=settings.config.input,
            disabled=tuple(sorted({*settings.disable} - {rule.id for rule in chosen.rules})),
            left_out=chosen.left_out,
            facts=_facts(chosen.rules, self._selection),
            checked=tuple(collected.checked),
            documents_sha256=collected.sha256,
            files=self._files(collected),
            findings=folded(findings, settings.fail_level),
            warnings=tuple(dict.fromkeys(each for rule in chosen.rules for each in rule.warnings)),
            frameworks=self._frameworks,
            assessed=self._assessed,
            today=settings.today,
            waivers=self.accepted.input,
            idle_waivers=idle_waivers,
            baseline=self.baseline.input if self.baseline else None,
            moved=tuple(collected.moved),
            units=collected.units,
            previous=self._previous,
        )

    def _files(self, collected: Collected) -> FileCounts:
        listing, outcomes = self.work.listing, collected.outcomes
        return FileCounts(
            read=collected.files,
            without=len(outcomes[Outcome.NONE]),
            mentioned=tuple(outcomes[Outcome.MENTIONED]),
            unread=(*self._rule_set.unread, *outcomes[Outcome.UNREAD]),
            excluded=listing.excluded,
            ignored=listing.ignored,
            idle_globs=self._idle_globs,
            boundaries=tuple(collected.boundaries),
            assumed=tuple(
                f"{name} in {number:,} {'policy' if number == 1 else 'policies'}"
                for name, number in sorted(collected.assumed.items())
            ),
        )


def _loaded(settings: Settings, selection: Selection) -> RuleSet:
    return rules.load(
        settings.rules,
        selection.kinds,
        settings.params,
        settings.limits,
        engine=settings.engine,
        root=settings.root,
        examples=False,
        accounts=settings.accounts,
    )


def _chosen(loaded: RuleSet, settings: Settings) -> RuleSet:
    """Return the rules to run: those named by `only`, or else the profile's enabled rules."""
    if settings.only:
        _refuse_unknown(loaded, settings)
        return _only(loaded, settings.only)
    selected = rules.select(
        loaded, settings.rules, settings.profile, settings.limits, settings.root
    )
    _refuse_unknown(selected, settings)
    enabled = tuple(rule for rule in selected.rules if rule.id not in settings.disable)
    return selected._replace(rules=enabled)


def _only(loaded: RuleSet, names: Sequence[str]) -> RuleSet:
    known = [rule.id for rule in loaded.rules]
    unknown = [name for name in dict.fromkeys(names) if name not in known]
    if unknown:
        raise InputError(
            *(
                Problem("--rule", f"no rule `{name}` is loaded{did_you_mean(name, known)}")
                for name in unknown
            )
        )
    return loaded._replace(rules=tuple(rule for rule in loaded.rules if rule.id in names))


def _refuse_unknown(rule_set: RuleSet, settings: Settings) -> None:
    """Raise InputError if the configuration names a rule that is not loaded."""
    known = [*(rule.id for rule in rule_set.rules), *rule_set.left_out]
    origin = settings.config.input.path if settings.config.input else ""
    problems = [
        Problem(origin, f"`{name}` is set in {where}, but no such rule is loaded{hint}")
        for where, names in (("params", settings.params), ("disable", settings.disable))
        for name in names
        if name not in known
        for hint in [did_you_mean(name, known)]
    ]
    if problems and known:
        raise InputError(*problems)


def _waivers(settings: Settings, loaded: RuleSet) -> Waivers:
    """Return the waivers of the run. They may name any rule that is loaded or shipped."""
    if not settings.waivers:
        return Waivers()
    known = {*(rule.id for rule in loaded.rules), *rules.shipped()}
    unwaivable = {rule.id for rule in loaded.rules if not rule.file.waivable}
    terms = Terms(settings.today, known, unwaivable)
    return waivers.load(settings.waivers, terms, settings.limits, settings.root)


def _earlier(place: str, settings: Settings, advice: str) -> Earlier | None:
    return saved.usable(place, settings.root, advice).earlier if place else None


def _inheritance(accepted: Waivers, baseline: Earlier | None) -> Inheritance:
    bound = [entry.aim[-1] for entry in accepted.entries if entry.aim[-1]]
    waived = [entry.accepted for entry in accepted.entries if entry.accepted]
    known = Estate(baseline.accepted, baseline.findings) if baseline else Estate()
    return Inheritance(Estate(waived, bound), known)


def _row(rule: Rule, counts: Mapping[Status, int]) -> RuleCounts:
    return RuleCounts(
        rule.id,
        rule.file.title,
        rule.severity,
        rule.file.controls,
        rule.file.description,
        rule.file.remediation,
        rule.file.references,
        rule.file.path,
        rule.file.waivable,
        rule.file.shipped,
        counts,
    )


def _assessed(asked: Sequence[str], known: Mapping[str, Framework]) -> tuple[str, ...]:
    """Return the names of the frameworks to assess; raises InputError for an unknown one."""
    for name in asked:
        if name not in known:
            hint = did_you_mean(name, known) or f": expected one of {', '.join(sorted(known))}"
            raise InputError(Problem("--framework", f"unknown framework `{name}`{hint}"))
    return tuple(dict.fromkeys(asked))


def _facts(chosen: Sequence[Rule], selection: Selection) -> tuple[str, ...]:
    names = dict.fromkeys(rule.kind for rule in chosen)
    return tuple(dict.fromkeys(filter(None, (selection.kinds[name].facts() for name in names))))
