"""Prints how our engines and two others score in the conformance tests of cel-spec.

    POLICY_CHECK_DATA=… python tools/cel_conformance.py [--failures ENGINE]

Every engine runs in a process of its own: programs of cel-python's compiled runner share
globals, and cel-expr-python can abort Python. One that is not installed is left out by name.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import Any, TypeAlias

from checker.cel.types import Type
from checker.cel.values import Duration, Timestamp, UInt
from tests.oracles import cel_conformance as conformance
from tests.oracles.cel_generator import EPOCH, canonical, key_text

Passes: TypeAlias = Callable[[dict[str, Any]], bool]
ENGINES = {
    "codegen": "checker",
    "interpret": "checker",
    "cel-expr-python": "cel_expr_python",
    "cel-python interpreted": "celpy",
    "cel-python compiled": "celpy",
}
"""Engines, with the package that each needs."""
_NONES = [None] * 1_000_000
"""cel-expr-python gives away references to None that it does not own."""
_CONFIG = "name: tests\nextensions:\n  - name: two-var-comprehensions\n"
_EXTENSIONS = ("bindings", "encoders", "math", "optional", "strings")


def _native(value: Any) -> Any:
    """Return a value of a test as Python's own classes have it."""
    match value:
        case list():
            return [_native(item) for item in value]
        case dict():
            return {key: _native(item) for key, item in value.items()}
        case Duration():
            return timedelta(microseconds=value.nanos // 1000)
        case Timestamp():
            return EPOCH + timedelta(microseconds=value.nanos // 1000)
    return value


def _cel_expr() -> Passes:
    other = import_module("cel_expr_python.cel")
    modules = {name: import_module(f"cel_expr_python.ext.ext_{name}") for name in _EXTENSIONS}
    extensions = [getattr(module, f"Ext{name.title()}")() for name, module in modules.items()]
    kinds = other.Type

    def type_of(written: Any) -> Any:
        match written:
            case {"list": element}:
                return kinds.List(type_of(element))
            case {"map": [key, value]}:
                return kinds.Map(type_of(key), type_of(value))
            case str():
                return getattr(kinds, written.upper())
        return kinds.DYN

    def passes(test: dict[str, Any]) -> bool:
        names = dict.fromkeys(test["bindings"], "dyn")
        names |= {each["name"]: each["type"] for each in test.get("type_env", ())}
        try:
            env = other.NewEnv(
                config=other.NewEnvConfigFromYaml(_CONFIG),
                variables={name: type_of(written) for name, written in names.items()},
                extensions=extensions,
                container=test["container"] or None,
            )
            program = env.compile(test["expr"], disable_check=test["disable_check"])
            if test["check_only"]:
                return True
            values = conformance.value_from(test["bindings"])
            found = _read(program.eval(data=_native(values)))
        except (RuntimeError, TypeError, ValueError, OverflowError):
            return "error" in test["expect"]
        if "error" in test["expect"]:
            return bool(found == "error")
        return bool(found == canonical(conformance.value_from(test["expect"]["value"])))

    return passes


def _read(value: Any) -> Any:
    """Return a value of cel-expr-python in the form of `canonical`, or `error`."""
    kind = value.type().name().partition("<")[0]
    if kind == "ERROR":
        return "error"
    held = value.value()
    match kind:
        case "UINT":
            return canonical(UInt(held))
        case "LIST":
            return [_read(item) for item in held]
        case "MAP":
            return {key_text(key): _read(item) for key, item in held.items()}
        case "BYTES":
            return canonical(bytes(held))
        case "TYPE":
            name = held.name().partition("<")[0].lower()
            return ("type", "null_type" if name == "null" else name)
    if isinstance(held, datetime):
        return ("timestamp", (held - EPOCH) // timedelta(microseconds=1))
    if isinstance(held, timedelta):
        return ("duration", held // timedelta(microseconds=1))
    return canonical(held)


def _cel_python(runner: str) -> Passes:
    celpy = import_module("celpy")

    def given(value: Any) -> Any:
        match value:
            case UInt():
                return celpy.celtypes.UintType(value)
            case list():
                return celpy.celtypes.ListType([given(item) for item in value])
            case dict():
                entries = {given(key): given(item) for key, item in value.items()}
                return celpy.celtypes.MapType(entries)
            case bytes():
                return celpy.celtypes.BytesType(value)
        return celpy.json_to_cel(_native(value))

    def passes(test: dict[str, Any]) -> bool:
        try:
            env = celpy.Environment(
                package=test["container"] or None, runner_class=getattr(celpy, runner)
            )
            program = env.program(env.compile(test["expr"]))
            if test["check_only"]:
                return "error" not in test["expect"]
            values = conformance.value_from(test["bindings"])
            found = program.evaluate({name: given(value) for name, value in values.items()})
        except Exception:  # noqa: BLE001 - it raises anything
            return "error" in test["expect"]
        if "error" in test["expect"]:
            return isinstance(found, Exception)
        return _alike(found, conformance.value_from(test["expect"]["value"]))

    return passes


_NAMES = {"NoneType": "null_type", "str": "string", "float": "double", "ListType": "list"}


def _alike(found: Any, wanted: Any) -> bool:
    """Say whether a value of cel-python, or a bare one of Python, is the wanted one.

    It has no type of its own for some results, so the type is asked for only where Python tells.
    """
    match wanted:
        case bool():
            return type(found).__name__ in ("bool", "BoolType") and bool(found) is wanted
        case UInt():
            return type(found).__name__ in ("int", "UintType") and int(found) == wanted
        case int():
            return type(found).__name__ in ("int", "IntType") and int(found) == wanted
        case float() | str() | bytes():
            bare: Any = type(wanted)
            return isinstance(found, bare) and canonical(bare(found)) == canonical(wanted)
        case list():
            alike = isinstance(found, list) and len(found) == len(wanted)
            return alike and all(map(_alike, found, wanted))
        case dict():
            alike = isinstance(found, dict) and len(found) == len(wanted)
            return alike and all(key in found and _alike(found[key], wanted[key]) for key in wanted)
        case Timestamp():
            return isinstance(found, datetime) and found == _native(wanted)
        case Duration():
            return isinstance(found, timedelta) and found == _native(wanted)
        case Type():
            name = getattr(found, "__name__", "")
            return wanted.name == _NAMES.get(name, name.removesuffix("Type").lower())
    return found is None and wanted is None


def passes(engine: str) -> Passes:
    """Return the function that says whether an engine passes a test."""
    match engine:
        case "codegen":
            return lambda test: not conformance.failure(test, "codegen")
        case "interpret":
            return lambda test: not conformance.failure(test, "interpret")
        case "cel-expr-python":
            return _cel_expr()
        case "cel-python compiled":
            return _cel_python("CompiledRunner")
    return _cel_python("InterpretedRunner")


def score(engine: str, *, failures: bool) -> None:
    """Print how many tests of each profile one engine passes, or which it fails; then end."""
    with contextlib.redirect_stderr(io.StringIO()):  # cel-python tells of every error there
        check = passes(engine)
        for profile in ("core", "ext"):
            found = [(test, check(test)) for test in conformance.tests(profile)]
            if failures:
                print("\n".join(conformance.name_of(test) for test, passed in found if not passed))
            else:
                print(sum(passed for _, passed in found), len(found))
    sys.stdout.flush()
    os._exit(0)  # cel-expr-python may abort Python when it ends in the usual way


def main() -> int:
    """Print the scores of all engines side by side, or the tests that one engine fails."""
    parser = argparse.ArgumentParser(description="Compare the conformance of engines of CEL.")
    parser.add_argument("--failures", choices=ENGINES, help="print what this engine fails")
    parser.add_argument("--score", choices=ENGINES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not conformance.FOLDER:
        print("POLICY_CHECK_DATA does not name the folder of the test data", file=sys.stderr)
        return 2
    if options.failures or options.score:
        score(options.failures or options.score, failures=bool(options.failures))
    print(f"{'':24}{'core':>14}{'ext':>14}")
    for engine, package in ENGINES.items():
        if find_spec(package) is None:
            print(f"{engine:24} left out: `{package}` is not installed")
            continue
        command = [sys.executable, __file__, "--score", engine]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
        if ran.returncode:
            print(f"{engine:24} failed: {ran.stderr.strip()[-200:]}")
            continue
        lines = [line.split() for line in ran.stdout.splitlines()[-2:]]
        print(f"{engine:24}" + "".join(f"{f'{passed} of {of}':>14}" for passed, of in lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
