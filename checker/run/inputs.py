"""Finds out which documents a run reads, and as which kinds."""

from __future__ import annotations

from checker.documents import Listing, Selection, names_in
from checker.messages import did_you_mean
from checker.problems import InputError, Problem
from checker.reader import Globs
from checker.settings import Settings, known_kinds
from checker.sources.parameter_files import Given, read_values


def selection(settings: Settings) -> Selection:
    """Return which files a run reads; raises InputError for a kind that is not known."""
    known = known_kinds(settings.config, settings.limits)
    for glob, name in settings.kinds:
        if name not in known:
            hint = did_you_mean(name, list(known)) or f": expected one of {', '.join(known)}"
            raise InputError(Problem(glob, f"unknown kind `{name}`{hint}"))
    return Selection(
        settings.policies, known, settings.kinds, settings.exclude, settings.texts, given(settings)
    )


def given(settings: Settings) -> Given:
    """Return what the user says of values that templates leave open; raises InputError."""
    sets = tuple(read_values(path, settings.limits) for path in settings.parameters)
    return Given(sets, literal=settings.literal)


def idle_globs(listing: Listing, settings: Settings) -> tuple[str, ...]:
    """Return the globs that match no file.

    Globs of the configuration are matched against all files of the repository, as a run may check
    only a part of it.
    """
    own = [glob for glob in listing.idle_globs if glob in settings.own_globs]
    if own:
        everywhere = Globs(own, settings.root)
        for name in names_in(settings.root):
            everywhere.match(name)
        own = list(everywhere.unmatched)
    return tuple(
        glob for glob in listing.idle_globs if glob not in settings.own_globs or glob in own
    )
