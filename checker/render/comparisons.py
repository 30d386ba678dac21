"""Renders comparisons of policies for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Iterator

from checker.messages import inert, visible
from checker.render.text import BOLD, DIM, GREEN, RED, YELLOW, Style, render_problems
from checker.render.wording import file_notes, strict_reasons
from checker.report import Access, Compared, Exit

_MARKS = {
    Access.MORE: (BOLD, RED),
    Access.SAME_OR_LESS: (GREEN,),
    Access.GONE: (DIM,),
    Access.UNDECIDED: (BOLD, YELLOW),
}
_WIDTH = max(map(len, Access))


def render_comparison(found: Compared, *, colour: bool = False) -> str:
    """Return a line for each policy, the proof below new access, and a verdict at the end."""
    style = Style(colour)
    lines: list[str] = []
    for each in found.comparisons:
        mark = style(each.access.ljust(_WIDTH), *_MARKS[each.access])
        moved = f"  (moved from {visible(each.moved_from)})" if each.moved_from else ""
        lines.append(f"{mark}  {style(visible(each.path), BOLD)}{moved}")
        lines += [f"{word:>{_WIDTH}}  {visible(text)}" for word, text in each.proof]
        if each.problems:
            lines += render_problems(each.problems, colour=colour).splitlines()
    return inert("\n".join([*lines, *_verdict(found, style)]) + "\n")


def _verdict(found: Compared, style: Style) -> Iterator[str]:
    every = found.comparisons
    counts = [(kind, sum(each.access is kind for each in every)) for kind in Access]
    shown = ", ".join(f"{count:,} {kind}" for kind, count in counts)
    if every:
        yield ""
    if found.config:
        given = found.config
        yield style(f"config {visible(given.path)} (sha256 {given.sha256[:12]})", DIM)
    for note in file_notes(found.files):
        yield f"{style('note: ', YELLOW)}{note.many}: {', '.join(map(visible, note.names))}"
    yield f"{len(every):,} compared: {shown}"
    code = found.exit_code
    words, *codes = {
        Exit.OK: ("PASSED: no new access", BOLD, GREEN),
        Exit.VIOLATIONS: ("FAILED: new access", BOLD, RED),
        Exit.NOTHING_CHECKED: ("NOTHING COMPARED: no policy was found", BOLD, YELLOW),
    }.get(code, (f"NOT EVALUATED: {', '.join(_not_evaluated(found))}", BOLD, YELLOW))
    yield style(f"{words} (exit {int(code)})", *codes)


def _not_evaluated(found: Compared) -> Iterator[str]:
    """Yield why a comparison is not complete."""
    if any(each.access is Access.UNDECIDED for each in found.comparisons):
        yield "not all policies could be compared"
    if found.strict:
        yield from strict_reasons(found.files)
