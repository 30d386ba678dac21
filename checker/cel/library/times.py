"""Declares and implements the functions of CEL on timestamps and durations.

https://github.com/google/cel-spec/blob/master/doc/langdef.md#timestamps
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache

from checker.cel.library.overload import Overload
from checker.cel.types import DURATION, INT, STRING, TIMESTAMP
from checker.cel.values import BILLION, Duration, Timestamp, duration, timestamp
from checker.errors import EvaluationError

_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d\d):(\d\d))",
    re.ASCII,
)
_SPAN = re.compile(r"(\d*+\.?\d*+)(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_UNITS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": 1_000_000,
    "s": BILLION,
    "m": 60 * BILLION,
    "h": 3600 * BILLION,
}
_OFFSET = re.compile(r"([+-]?)(\d\d):(\d\d)", re.ASCII)
_EPOCH = date(1970, 1, 1).toordinal()
_LONGEST = 100
"""Characters in a duration, without its sign, and characters shown of an unknown time zone."""


def parse_timestamp(text: str) -> Timestamp:
    """Return the timestamp of an RFC 3339 string; raises EvaluationError for any other."""
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise EvaluationError("not a timestamp: expected RFC 3339, as in 2009-02-13T23:31:30Z")
    year, month, day, hour, minute, second = map(int, match.groups()[:6])
    fraction, sign, hours, minutes = match.groups()[6:]
    try:
        days = date(year, month, day).toordinal() - _EPOCH
    except ValueError as error:
        raise EvaluationError(f"timestamp out of range: {error}") from error
    if hour > 23 or minute > 59 or second > 59:  # noqa: PLR2004 - a clock's numbers
        raise EvaluationError("timestamp out of range: no such time of day")
    away = (int(hours) * 60 + int(minutes)) * 60 if hours else 0
    if hours and (int(hours) > 23 or int(minutes) > 59):  # noqa: PLR2004 - the same
        raise EvaluationError("timestamp out of range: no such offset")
    seconds = days * 86400 + hour * 3600 + minute * 60 + second
    seconds -= -away if sign == "-" else away
    return timestamp(seconds * BILLION + int((fraction or "0").ljust(9, "0")))


def parse_duration(text: str) -> Duration:
    """Return the duration of a string such as `1h45m` or `-1.5s`; raises EvaluationError."""
    body = text[1 : _LONGEST + 2] if text[:1] in ("-", "+") else text[: _LONGEST + 1]
    total = end = 0
    # INVARIANT: each match starts where the last one ended, so the time is linear
    while len(body) <= _LONGEST and (match := _SPAN.match(body, end)):
        number, unit = match.groups()
        if number in ("", "."):
            break
        whole, _, fraction = number.partition(".")
        scale = _UNITS[unit]
        total += int(whole or "0") * scale
        total += int(fraction or "0") * scale // 10 ** len(fraction)
        end = match.end()
    if end != len(body) or not body:
        if body == "0":
            return Duration(0)
        raise EvaluationError("not a duration: expected numbers with units, as in 1h30m or 1.5s")
    return duration(-total if text[0] == "-" else total)


def timestamp_text(moment: Timestamp, *, grouped: bool = True) -> str:
    """Return a timestamp in RFC 3339; if `grouped`, a fraction has three, six or nine digits."""
    seconds, nanos = divmod(moment.nanos, BILLION)
    days, rest = divmod(seconds, 86400)
    day = date.fromordinal(_EPOCH + days).isoformat()
    clock = f"{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    fraction = _fraction(nanos)
    return f"{day}T{clock}{fraction if grouped or not nanos else fraction.rstrip('0')}Z"


def duration_text(span: Duration) -> str:
    """Return a duration in seconds, as in `1.500s`."""
    seconds, nanos = divmod(abs(span.nanos), BILLION)
    return f"{'-' if span.nanos < 0 else ''}{seconds}{_fraction(nanos)}s"


def _fraction(nanos: int) -> str:
    """Return a fraction of a second with three, six or nine digits, as in protobuf's JSON."""
    if not nanos:
        return ""
    digits = f"{nanos:09d}"
    while digits.endswith("000"):
        digits = digits[:-3]
    return f".{digits}"


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo:
    match = _OFFSET.fullmatch(name)
    if match:
        sign, hours, minutes = match.groups()
        if int(hours) > 23 or int(minutes) > 59:  # noqa: PLR2004 - a clock's numbers
            raise EvaluationError(f"`{name}` is not a time zone")
        away = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(-away if sign == "-" else away)
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - few expressions name a zone

    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:
        message = f"`{name[:_LONGEST]}` is not a time zone: use a name or an offset as in +02:00"
        raise EvaluationError(message) from error


def _local(moment: Timestamp, zone: str) -> datetime:
    start = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=moment.nanos // BILLION)
    try:
        return start.astimezone(_zone(zone)) if zone else start
    except (OverflowError, ValueError) as error:
        raise EvaluationError("timestamp out of range in this time zone") from error


def _getter(name: str, get: Callable[[datetime], int]) -> tuple[Overload, Overload]:
    def here(moment: Timestamp) -> int:
        return get(_local(moment, ""))

    def there(moment: Timestamp, zone: str) -> int:
        return get(_local(moment, zone or "UTC"))

    return (
        Overload(name, (TIMESTAMP,), INT, here, receiver=True),
        Overload(name, (TIMESTAMP, STRING), INT, there, receiver=True),
    )


def _toward_zero(span: Duration, unit: int) -> int:
    return span.nanos // unit if span.nanos >= 0 else -(-span.nanos // unit)


def _milliseconds(moment: Timestamp, _zone: str = "") -> int:
    return moment.nanos % BILLION // 1_000_000


def _span_milliseconds(span: Duration) -> int:
    rest = abs(span.nanos) // 1_000_000 % 1000
    return rest if span.nanos >= 0 else -rest


def _of(name: str, call: Callable[[Duration], int]) -> Overload:
    return Overload(name, (DURATION,), INT, call, receiver=True, fails=False)


OVERLOADS = (
    *_getter("getDate", lambda moment: moment.day),
    *_getter("getDayOfMonth", lambda moment: moment.day - 1),
    *_getter("getDayOfWeek", lambda moment: moment.isoweekday() % 7),
    *_getter("getDayOfYear", lambda moment: moment.timetuple().tm_yday - 1),
    *_getter("getFullYear", lambda moment: moment.year),
    *_getter("getHours", lambda moment: moment.hour),
    Overload("getMilliseconds", (TIMESTAMP,), INT, _milliseconds, receiver=True),
    Overload("getMilliseconds", (TIMESTAMP, STRING), INT, _milliseconds, receiver=True),
    *_getter("getMinutes", lambda moment: moment.minute),
    *_getter("getMonth", lambda moment: moment.month - 1),
    *_getter("getSeconds", lambda moment: moment.second),
    _of("getHours", lambda span: _toward_zero(span, 3600 * BILLION)),
    _of("getMinutes", lambda span: _toward_zero(span, 60 * BILLION)),
    _of("getSeconds", lambda span: _toward_zero(span, BILLION)),
    _of("getMilliseconds", _span_milliseconds),
    Overload("timestamp", (STRING,), TIMESTAMP, parse_timestamp),
    Overload("timestamp", (INT,), TIMESTAMP, lambda seconds: timestamp(seconds * BILLION)),
    Overload("timestamp", (TIMESTAMP,), TIMESTAMP, lambda moment: moment, fails=False),
    Overload("duration", (STRING,), DURATION, parse_duration),
    Overload("duration", (DURATION,), DURATION, lambda span: span, fails=False),
)
