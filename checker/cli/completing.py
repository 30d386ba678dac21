"""Lists the words that can follow on a command line, in the format of a shell's completion."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import click
from click.shell_completion import CompletionItem, get_completion_class, split_arg_string

from checker.cli import COMMANDS, PROGRAM, chosen, load
from checker.problems import InputError

_PLAIN = re.compile(r"[A-Za-z0-9._:-]+")
Values = Callable[[str], Iterable[str]]
"""Returns the words of which one may complete an incomplete word."""


class _Completed(click.ParamType[str]):
    """A parameter type that completes known words and, with `files`, paths."""

    name = "text"

    def __init__(self, values: Values, *, files: bool = False) -> None:
        self._values = values
        self._files = files

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """Return the values that start with the incomplete word, and a marker for paths."""
        del ctx, param
        marks = [CompletionItem(incomplete, type="file")] if self._files else []
        return [*map(CompletionItem, _known(self._values, incomplete)), *marks]


class _Output(click.ParamType[str]):
    """A parameter type that completes `FORMAT[=FILE]`."""

    name = "text"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem[str]]:
        """Return the formats or, after `FORMAT=`, a marker for paths."""
        from checker.render import FORMATS  # noqa: PLC0415 - one of many options

        del ctx, param
        _, equals, path = incomplete.partition("=")
        if equals:
            return [CompletionItem(path, type="file")]
        return [CompletionItem(each) for each in FORMATS if each.startswith(incomplete)]


def completed(shell: str, line: str, word: str) -> Iterator[str]:
    """Yield a line for each word that can complete a command line.

    `line` is the command line up to the cursor. `word` is the last word as the shell splits it;
    in bash, it starts after the last `=` or `:`.
    """
    # The `|` at the cursor keeps an empty last word, which would be dropped.
    *words, marked = split_arg_string(line + "|")
    incomplete = marked.removesuffix("|")
    arguments = words[1:]
    name, count = _command(arguments, incomplete)
    completer = get_completion_class(shell)
    if completer is None:
        return
    complete = completer(_with_values(load(name)), {}, PROGRAM, "")
    items = complete.get_completions(arguments[count:], incomplete)
    if not arguments:
        items = [*_commands(incomplete), *items]
    before = _assigned(incomplete)
    cut = len(incomplete.removesuffix(word)) if shell == "bash" else 0
    for item in items:
        value = before + item.value
        if item.type != "plain":
            item.type, value = "file", incomplete.removesuffix(item.value)
        item.value = value[cut:]
        if item.value.isprintable():
            yield complete.format_completion(item)


def _command(arguments: list[str], incomplete: str) -> tuple[str, int]:
    """Return the name of the command on the line, and how many arguments name it."""
    is_option = incomplete.startswith("-")
    return (
        chosen(arguments if is_option else [*arguments, incomplete]) if arguments else ("check", 0)
    )


def _commands(incomplete: str) -> Iterator[CompletionItem[str]]:
    for name, purpose in COMMANDS.items():
        if name.startswith(incomplete):
            yield CompletionItem(name, help=purpose)


def _assigned(incomplete: str) -> str:
    """Return the `--option=` at the start of an incomplete word; empty if there is none."""
    name, equals, _ = incomplete.partition("=")
    return name + equals if equals and name.startswith("--") else ""


def _with_values(command: click.Command) -> click.Command:
    """Return the command after its parameters got types with completion; it is never run."""
    for param in command.params:
        if isinstance(param.type, click.Choice):
            continue
        if param.name == "output":
            param.type = _Output()
        elif param.name in _VALUES:
            param.type = _VALUES[param.name]
        elif param.metavar in {"FILE", "PATH"}:
            param.type = _FILES
    return command


def _known(values: Values, start: str) -> list[str]:
    """Return the values with a start, or none if their file cannot be read or is not valid.

    Values with characters that are special in a shell are left out, as the shell inserts values
    without quotes.
    """
    try:
        found = [each for each in values(start) if each.startswith(start)]
        return [each for each in found if _PLAIN.fullmatch(each)]
    except InputError:
        return []


def _nothing(_: str) -> Iterable[str]:
    return ()


def _places(_: str) -> Iterator[str]:
    from checker.rules.rule_files import BUILTIN, folders  # noqa: PLC0415 - one of many options

    yield BUILTIN
    yield from sorted(f"{BUILTIN}:{name}" for name in folders())


def _rules(_: str) -> Iterator[str]:
    from checker.report import DOCUMENT_RULE, WAIVER_RULE  # noqa: PLC0415 - one of many options
    from checker.rules.rule_files import BUILTIN, ids, listing  # noqa: PLC0415

    yield from sorted(ids(listing([BUILTIN, *_configured()]).files))
    yield from (DOCUMENT_RULE, WAIVER_RULE)


def _configured() -> Iterable[str]:
    from checker.cli.handbook_options import configuration  # noqa: PLC0415 - one of many options

    return configuration({"no_config": False, "config": None}).rules


def _profiles(_: str) -> Iterable[str]:
    from checker.reader import Limits  # noqa: PLC0415 - one of many options
    from checker.rules.profiles import profile_names  # noqa: PLC0415
    from checker.rules.rule_files import BUILTIN  # noqa: PLC0415

    return profile_names([BUILTIN, *_configured()], Limits())


def _frameworks(_: str) -> Iterable[str]:
    from checker.reader import Limits  # noqa: PLC0415 - one of many options
    from checker.rules.frameworks import load_frameworks  # noqa: PLC0415

    return load_frameworks([*_configured()], Limits())[0]


def _actions(start: str) -> Iterable[str]:
    """Return the services or, after `service:`, its actions."""
    from checker.iam import catalogue  # noqa: PLC0415 - one of many options

    service, colon, _ = start.partition(":")
    return sorted(catalogue.actions(service) if colon else map("{}:".format, catalogue.services()))


def _resource_types(_: str) -> Iterable[str]:
    from checker.iam.public_types import SERVICES  # noqa: PLC0415 - one of many options

    return SERVICES


_FILES = _Completed(_nothing, files=True)
_VALUES: dict[str | None, click.ParamType[Any]] = {
    "rules": _Completed(_places, files=True),
    "paths": _Completed(_places, files=True),
    "rule": _Completed(_rules),
    "profile": _Completed(_profiles),
    "frameworks": _Completed(_frameworks),
    "controls": _Completed(_frameworks),
    "old": _FILES,
    "new": _FILES,
    "policies": _FILES,
    "actions": _Completed(_actions),
    "resource_type": _Completed(_resource_types),
}
"""The type with completion of each parameter, by the parameter's name in any command."""
