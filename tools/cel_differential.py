"""Evaluates random programs with all engines, and prints their differences and the coverage.

    python tools/cel_differential.py [--evaluations 1000000] [--seed 1]

Every program is evaluated by `codegen`, by `interpret` and, where it knows all that the program
uses, by cel-expr-python. `FAULTS` lists what is known to be wrong there.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from checker import cel
from tests.oracles.cel_generator import (
    ALL,
    EPOCH,
    VARIABLES,
    Case,
    Generator,
    canonical,
    data,
    environment,
    key_text,
)

ENGINES: tuple[cel.Engine, ...] = ("codegen", "interpret")
LACKS = frozenset(
    {
        *("distinct", "slice", "sort", "sortBy", "lists.range", "flatten"),
        *("sets.contains", "sets.equivalent", "sets.intersects"),
        *("transformMapEntry", "optional.unwrap", "unwrapOpt", "two variables", "existsOne"),
        *("unknown", "mistake"),
    }
)
"""Functions that cel-expr-python does not have."""
DATA_PER_PROGRAM = 4
_NONES = [None] * 20_000_000
"""cel-expr-python gives away references to None that it does not own, until Python aborts."""
_NO_TEXT = "\\xff"
"""Bytes that are no text: formatted, and then the key of a map, they crash cel-expr-python."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One program on which engines differ."""

    text: str
    data: dict[str, Any]
    outcomes: dict[str, Any]


def ours(program: cel.Program, values: dict[str, Any]) -> Any:
    """Return the canonical value of a program, or `doubt` or `error`."""
    try:
        return canonical(program.evaluate(cel.Activation(values)))
    except cel.DoubtError:
        return "doubt"
    except cel.EvaluationError:
        return "error"


class Oracle:
    """cel-expr-python with its extensions."""

    def __init__(self, *, typed: bool) -> None:
        from cel_expr_python import cel as other  # noqa: PLC0415 - a development dependency
        from cel_expr_python.ext import (  # noqa: PLC0415 - the same
            ext_bindings,
            ext_encoders,
            ext_math,
            ext_optional,
            ext_strings,
        )

        kinds = other.Type
        types = {
            "int": kinds.INT,
            "uint": kinds.UINT,
            "double": kinds.DOUBLE,
            "string": kinds.STRING,
            "bool": kinds.BOOL,
            "dyn": kinds.DYN,
            "list(string)": kinds.List(kinds.STRING),
            "list(int)": kinds.List(kinds.INT),
            "map(string, int)": kinds.Map(kinds.STRING, kinds.INT),
            "record": kinds.DYN,
        }
        self.typed = typed
        self.env = other.NewEnv(
            variables={name: types[of] if typed else kinds.DYN for name, of in VARIABLES.items()},
            extensions=[
                ext_bindings.ExtBindings(),
                ext_encoders.ExtEncoders(),
                ext_math.ExtMath(),
                ext_optional.ExtOptional(),
                ext_strings.ExtStrings(),
            ],
        )

    def compile(self, text: str) -> Any:
        """Return the program, or None where it does not compile, or might abort Python."""
        if _NO_TEXT in text and "format" in text:
            return None
        try:
            return self.env.compile(text, disable_check=not self.typed)
        except RuntimeError:
            return None

    def value(self, program: Any, values: dict[str, Any]) -> Any:
        """Return the canonical value, `error`, or `unknown` where it cannot be read."""
        try:
            return self._read(program.eval(data=values))
        except TypeError:
            return "unknown"
        except RuntimeError:
            return "error"

    def _read(self, value: Any) -> Any:
        kind = value.type().name().partition("<")[0]
        if kind == "ERROR":
            return "error"
        held = value.value()
        match kind:
            case "UINT":
                return ("uint", int(held))
            case "LIST":
                return [self._read(item) for item in held]
            case "MAP":
                return {key_text(key): self._read(item) for key, item in held.items()}
            case "BYTES":
                return canonical(bytes(held))
            case "TYPE":
                return ("type", held.name().partition("<")[0].lower())
        if isinstance(held, datetime):
            return ("timestamp", (held - EPOCH) // timedelta(microseconds=1))
        if isinstance(held, timedelta):
            return ("duration", held // timedelta(microseconds=1))
        return canonical(held)


def _reordered(_case: Case, mine: Any, theirs: Any) -> bool:
    return (
        isinstance(mine, list)
        and isinstance(theirs, list)
        and (sorted(map(repr, mine)) == sorted(map(repr, theirs)))
    )


def _signed_nan(case: Case, mine: Any, theirs: Any) -> bool:
    sized = "size" in case.uses and (mine, theirs) == (("int", 3), ("int", 4))
    return (
        "math.sqrt(" in case.text
        or ("string" in case.uses and sized)
        or any(text in repr(theirs) for text in ("-nan", "nan-", "LW5hbg"))
    )


def _formatted_double(case: Case, _mine: Any, _theirs: Any) -> bool:
    return "format" in case.uses and "%" in case.text


def _number_of_bool(case: Case, mine: Any, _theirs: Any) -> bool:
    return bool(case.uses & {"int", "uint", "double"}) and mine == "error"


def _substring_to_the_end(case: Case, _mine: Any, theirs: Any) -> bool:
    return "substring" in case.uses and theirs == "error"


def _failing_bind(case: Case, mine: Any, theirs: Any) -> bool:
    macros = ("all", "exists", "exists_one", "map", "filter", "optMap", "optFlatMap")
    beside = bool(case.uses.intersection(macros)) or case.text.count("cel.bind") > 1
    return "cel.bind" in case.uses and (beside or "error" in (mine, theirs))


def _lenient_timestamp(case: Case, mine: Any, _theirs: Any) -> bool:
    return "timestamp" in case.uses and mine == "error"


def _no_reverse(case: Case, _mine: Any, theirs: Any) -> bool:
    return "reverse" in case.uses and theirs == "error"


def _double_negation(case: Case, mine: Any, _theirs: Any) -> bool:
    return "!!" in case.text and mine == "error"


def _lenient_base64(case: Case, _mine: Any, _theirs: Any) -> bool:
    return "base64.decode" in case.uses


def _equal_keys(case: Case, mine: Any, theirs: Any) -> bool:
    repeats = re.search(r"\b([0-9]+)u: .*\b\1: |\b([0-9]+): .*\b\2u: ", case.text)
    return bool(repeats) and mine == "error" and theirs != "error"


FAULTS: dict[str, Callable[[Case, Any, Any], bool]] = {
    "the order in which a macro meets a map's keys is not specified": _reordered,
    "the text of a double that is not a number has a sign": _signed_nan,
    "format() rounds a double in %s to six digits, and takes one in %d": _formatted_double,
    "int(), uint() and double() take a bool": _number_of_bool,
    "substring() fails where the end is the text's own": _substring_to_the_end,
    "cel.bind() beside another macro takes that one's variable for its own": _failing_bind,
    "timestamp() takes months and days of one digit": _lenient_timestamp,
    "reverse() takes strings only": _no_reverse,
    "`!!x` is x, of any type": _double_negation,
    "base64.decode() passes over white space": _lenient_base64,
    "a map may have a uint and an int as keys that are equal": _equal_keys,
}
"""What cel-expr-python 0.1.3 does otherwise, and is not followed in."""


def is_known_fault(case: Case, outcomes: dict[str, Any]) -> bool:
    """Say whether a difference is one that `FAULTS` describes, or theirs cannot be read."""
    theirs, mine = outcomes["cel-expr-python"], outcomes["codegen"]
    return theirs == "unknown" or any(fault(case, mine, theirs) for fault in FAULTS.values())


@dataclass(slots=True)
class Report:
    """What a run did."""

    uses: Counter[str] = field(default_factory=Counter)
    evaluations: int = 0
    known: int = 0
    differences: list[str] = field(default_factory=list)


def run(seed: int, evaluations: int, report: Report, seconds: float = 0) -> Iterator[Difference]:
    """Yield every difference, one for each program at most."""
    rnd = random.Random(seed)  # noqa: S311 - no secret
    generator = Generator(rnd, uses=report.uses)
    engines = {typed: (environment(typed=typed), Oracle(typed=typed)) for typed in (True, False)}
    end = time.monotonic() + seconds if seconds else float("inf")
    while report.evaluations < evaluations and time.monotonic() < end:
        typed = rnd.random() < 0.7  # noqa: PLR2004 - the share of typed programs
        generator.wrap = typed
        generator.loose = rnd.choice((0.0, 0.03, 0.1))
        generator.doubts = rnd.choice((0.0, 0.0, 0.1))
        case = generator.case(rnd.randint(1, 4))
        env, oracle = engines[typed]
        try:
            programs = {
                engine: cel.compile(case.text, env, engine=engine, typed=typed)
                for engine in ENGINES
            }
        except cel.CompileError as error:
            # on purpose: an invalid pattern, and the types of a record, which is dyn to the oracle
            refused = "is not a regular expression" in error.message or "r" in case.uses
            if not refused and not case.uses & LACKS and oracle.compile(case.text) is not None:
                yield Difference(case.text, {}, {"codegen": error.message})
            continue
        other = None if case.uses & LACKS else oracle.compile(case.text)
        for _ in range(DATA_PER_PROGRAM):
            found = _compared(case, programs, (oracle, other), data(rnd, typed=typed), report)
            if found is not None:
                yield found
                break


def _compared(
    case: Case,
    programs: dict[cel.Engine, cel.Program],
    other: tuple[Oracle, Any],
    values: dict[str, Any],
    report: Report,
) -> Difference | None:
    outcomes: dict[str, Any] = {name: ours(each, values) for name, each in programs.items()}
    report.evaluations += 2
    differs = outcomes["codegen"] != outcomes["interpret"]
    if other[1] is not None:
        report.evaluations += 1
        outcomes["cel-expr-python"] = other[0].value(other[1], values)
        if outcomes["codegen"] != outcomes["cel-expr-python"]:
            known = is_known_fault(case, outcomes)
            report.known += known
            differs = differs or not known
    return Difference(case.text, values, outcomes) if differs else None


def main() -> int:
    """Run, print the differences and the coverage table; return 1 for a difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--evaluations", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", action="store_true", help="stop at the first difference")
    parser.add_argument("--json", action="store_true", help="one line, for a test")
    options = parser.parse_args()
    report = Report()
    for each in run(options.seed, options.evaluations, report, options.seconds):
        print(each.text)
        print("   ", each.outcomes)
        print("   ", each.data)
        report.differences.append(each.text)
        if options.first:
            break
    uncovered = sorted(ALL - set(report.uses))
    if options.json:
        found = {
            "differences": report.differences,
            "evaluations": report.evaluations,
            "uncovered": uncovered,
        }
        print(json.dumps(found))
    else:
        print("\n".join(f"{report.uses[name]:8} {name}" for name in sorted(ALL)))
        counts = f"{report.evaluations:,} evaluations, {len(report.differences)} differences"
        print(f"{counts}, {report.known:,} known faults, uncovered: {uncovered}")
    sys.stdout.flush()
    # the oracle may abort Python when it ends: see _NONES
    os._exit(1 if report.differences else 0)


if __name__ == "__main__":
    main()
