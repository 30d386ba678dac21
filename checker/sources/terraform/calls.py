"""Follows the calls of modules that are in the same repository, and makes the turns of blocks.

https://developer.hashicorp.com/terraform/language/modules/sources#local-paths
https://developer.hashicorp.com/terraform/language/meta-arguments/for_each
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from checker.sources.terraform.instances import Instance, Scope
from checker.sources.terraform.iteration import entries, entry_of
from checker.sources.terraform.storage import within
from checker.sources.terraform.typed_values import Open, State, Value

if TYPE_CHECKING:
    from checker.problems import InputError
    from checker.sources.terraform.modules import Found, Module, Modules
    from checker.sources.terraform.run import Run

_DEEPEST = 64
MOST_TURNS = 10_000
"""The most instances of a block with `count` or `for_each`."""


class Turn(NamedTuple):
    """One of the instances that a block has."""

    suffix: str
    """What its address ends with, such as `["a"]`; empty if it is the only one."""
    names: dict[str, Value]
    """The values of `each` and `count` in it."""


class Chain(NamedTuple):
    """The calls that lead from the module that is applied to one that it uses."""

    calls: tuple[Found, ...]
    module: Module


def folder_of(module: Module, call: Found) -> str | None:
    """Return the directory of a module that is called; None if it is not in this repository."""
    source = module.source_of(call)
    if source is None or not source.startswith(("./", "../")):
        return None
    return within(module.folder, source)


def chains(modules: Modules, top: Module) -> Iterator[Chain]:
    """Yield the module that is applied, and each use of another one, up to a depth.

    A module that calls itself is not followed, as Terraform refuses it.
    """
    todo = [(Chain((), top), frozenset({top.folder}))]
    while todo:
        chain, above = todo.pop(0)
        yield chain
        for call in chain.module.calls.values():
            folder = folder_of(chain.module, call)
            if folder is None or folder in above or len(chain.calls) >= _DEEPEST:
                continue
            module = modules.module(folder)
            if module.every:
                todo.append((Chain((*chain.calls, call), module), above | {folder}))


def instances(run: Run, top: Instance, chain: Chain) -> Iterator[Instance]:
    """Yield the instances that a chain of calls leads to."""
    found = [top]
    for call in chain.calls:
        found = [
            _instance(run, each, call, turn)
            for each in found
            for turn in turns(run, call, Scope(each, call.file))
        ]
    yield from found


def called_module(run: Run, name: str, scope: Scope, key: Value | None = None) -> Instance | None:
    """Return the instance of a module that a reference leads to; None if it is not here.

    If its key is not known, it stands for all instances.
    """
    instance = scope.instance
    call = instance.module.calls.get(name)
    if call is None or folder_of(instance.module, call) is None:
        return None
    every = turns(run, call, scope.at(call.file))
    chosen = [each for each in every if key is not None and each.suffix == suffix_of(key)]
    if not chosen and len(every) == 1:
        chosen = list(every)
    turn = chosen[0] if chosen else Turn("", open_names(run, call))
    return _instance(run, instance, call, turn)


def _instance(run: Run, above: Instance, call: Found, turn: Turn) -> Instance:
    name = call.block.labels[0]
    key = above, name, id(turn.names)
    if key not in run.shared.instances:
        folder = folder_of(above.module, call) or ""
        caller = Scope(above, call.file, turn.names)
        prefix = f"{above.prefix}module.{name}{turn.suffix}."
        module = run.modules.module(folder)
        made = Instance(module, prefix, call, caller, above.top)
        run.shared.instances[key] = turn.names, made
    return run.shared.instances[key][1]


def turns(run: Run, found: Found, scope: Scope) -> Sequence[Turn]:
    """Return the instances that a block has in this world.

    If they are not known, one stands for all of them.
    """
    inner = scope.at(found.file)
    key = inner.instance, "turns", found.file.name, found.block.span
    what = "`count` or `for_each`"
    return run.kept(key, lambda: _turns(run, found, inner), what, (inner, found.block.span))


def _turns(run: Run, found: Found, scope: Scope) -> Sequence[Turn]:
    body = found.block.body
    if (over := body.attribute("for_each")) is not None:
        whole = run.value(over, scope)
        if isinstance(whole.data, list | dict):
            made = [_of_key(key, value) for key, value in entries(whole, scope, over.span)]
            return _bounded(run, made, scope, found)
        if isinstance(whole.data, Open):
            key, value = entry_of(whole.data, scope, over.span)
            return [Turn("", {"each": _pair(key, value)})]
        return [Turn("", open_names(run, found))]
    if (count := body.attribute("count")) is None:
        return [Turn("", {})]
    number = run.value(count, scope)
    if isinstance(number.data, bool | int | float):
        size = min(int(number.data), MOST_TURNS + 1)
        indexes = [Value(at, scope.file, count.span) for at in range(size)]
        made = [
            Turn(f"[{at}]" if size > 1 else "", {"count": _count(index)})
            for at, index in enumerate(indexes)
        ]
        return _bounded(run, made, scope, found)
    if isinstance(number.data, Open) and not run.has_items(number):
        return []
    return [Turn("", open_names(run, found))]


def _bounded(run: Run, made: list[Turn], scope: Scope, found: Found) -> list[Turn]:
    if len(made) > MOST_TURNS:
        raise _too_many(run, scope, found)
    return made


def _too_many(run: Run, scope: Scope, found: Found) -> InputError:
    message = f"the block has more than {MOST_TURNS:,} instances"
    return run.refused(message, scope, found.block.span)


def _of_key(key: Value, value: Value) -> Turn:
    # A set has its items as keys.
    name = value if isinstance(key.data, int) else key
    if isinstance(value.data, str) and isinstance(key.data, int):
        return Turn(suffix_of(value), {"each": _pair(value, value)})
    return Turn(suffix_of(name), {"each": _pair(name, value)})


def suffix_of(key: Value) -> str:
    """Return what the address of an instance with a key ends with."""
    if isinstance(key.data, int):
        return f"[{key.data}]"
    if isinstance(key.data, str) and key.state is not State.OPEN:
        return f'["{key.data}"]'
    return "[each]"


def _pair(key: Value, value: Value) -> Value:
    return Value({"key": key, "value": value}, value.file, value.span)


def _count(index: Value) -> Value:
    return Value({"index": index}, index.file, index.span)


def open_names(run: Run, found: Found) -> dict[str, Value]:
    """Return values of `each` and `count` that stand for those of all instances of a block."""
    key = found.file.name, found.block.span
    if key not in run.shared.loops:
        labels = ".".join(found.block.labels)
        run.shared.loops[key] = {
            name: Value(
                Open(f"{labels}.{name}", f"`{name}` of `{labels}`"), found.file, found.block.span
            )
            for name in ("each", "count")
        }
    return run.shared.loops[key]
