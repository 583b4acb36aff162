"""English, as far as briefings need it: plurals, lists, dates, lengths of time, whole sentences."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from apps.core.clock import day_that_ends

_NUMBER_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_SENTENCE_END = re.compile(r"(?<=[.!?])[”\"')]*\s+(?=[\"“'(]?[A-Z0-9])")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")
_UNITS = (("day", 24 * 60), ("hour", 60), ("minute", 1))
_IRREGULAR = {"person": "people", "child": "children", "analysis": "analyses", "life": "lives"}


def join_and(words: Sequence[str]) -> str:
    """Return “a”, “a and b”, or “a, b and c”; with a comma more where a name has an “and” of its own."""
    if len(words) < 2:
        return "".join(words)
    comma = "," if any(" and " in word for word in words) else ""
    return f"{', '.join(words[:-1])}{comma} and {words[-1]}"


def some_of(words: Sequence[str], limit: int) -> str:
    """Return the list joined, with all beyond ``limit`` counted: “a, b and 3 more”."""
    if len(words) <= limit:
        return join_and(words)
    return join_and([*words[:limit], f"{len(words) - limit} more"])


def plural(noun: str) -> str:
    """Return the plural of a noun; of several words, the last one changes."""
    before, _, last = noun.rpartition(" ")
    if last in _IRREGULAR:
        return f"{before} {_IRREGULAR[last]}".strip()
    if re.search(r"[^aeiou]y$", noun):
        return f"{noun[:-1]}ies"
    if re.search(r"(s|x|z|ch|sh)$", noun):
        return f"{noun}es"
    return f"{noun}s"


def count(number: int, noun: str) -> str:
    """Return “1 change” or “3 changes”."""
    return f"{number:,} {noun if number == 1 else plural(noun)}"


def in_words(number: int) -> str:
    """Return a number below ten in letters, and any other in digits."""
    return _NUMBER_WORDS[number] if 0 <= number < len(_NUMBER_WORDS) else f"{number:,}"


def count_in_words(number: int, noun: str) -> str:
    """Return “one change”, “three changes” or “12 changes”."""
    return f"{in_words(number)} {noun if number == 1 else plural(noun)}"


def agree(number: int, one: str, many: str) -> str:
    """Return the form of a verb that goes with a number: “starts” or “start”."""
    return one if number == 1 else many


def quoted(title: str) -> str:
    """Return a title as it is named in a sentence, without the full stop that would end that."""
    return f"“{title.strip().rstrip('.')}”"


def capital(text: str) -> str:
    """Return the text with its first letter in upper case and nothing else changed."""
    return text[:1].upper() + text[1:]


def sentence(text: str) -> str:
    """Return the text as a sentence: one line, a capital first, a full stop last. Empty stays empty."""
    text = capital(" ".join(text.split()))
    if not text or text[-1] in ".!?…":
        return text
    return f"{text.rstrip(',;:')}."


def sentences(text: str) -> list[str]:
    """Split what a person wrote into sentences; each line of a list is one too."""
    found: list[str] = []
    for paragraph in _paragraphs(text):
        found += [sentence(part) for part in _SENTENCE_END.split(paragraph)]
    return [part for part in found if part]


def _paragraphs(text: str) -> Iterable[str]:
    """Yield each paragraph and each line of a list. A line that was only wrapped joins the one before."""
    current = ""
    for line in text.splitlines():
        bullet = _BULLET.sub("", line)
        if bullet != line or not line.strip():
            yield current
            current = ""
        current = f"{current} {bullet}".strip()
    yield current


def words_in(text: str) -> int:
    """Return how many words a text has."""
    return len(text.split())


def fit(parts: Sequence[str], limit: int) -> str:
    """Return as many whole sentences as fit in ``limit`` words. If not even the first does, cut it."""
    kept: list[str] = []
    used = 0
    for part in parts:
        used += words_in(part)
        if used > limit:
            break
        kept.append(part)
    if not kept and parts:
        return f"{' '.join(parts[0].split()[:limit]).rstrip('.,;:')}…"
    return " ".join(kept)


def long_day(moment: datetime, zone: ZoneInfo, today: datetime) -> str:
    """Return “Thursday 19 November”, with the year only when it is another one."""
    local = moment.astimezone(zone)
    year = "" if local.year == today.astimezone(zone).year else f" {local.year}"
    return f"{local:%A} {local.day} {local:%B}{year}"


def long_moment(moment: datetime, zone: ZoneInfo, today: datetime) -> str:
    """Return “Thursday 12 November, 17:00”."""
    return f"{long_day(moment, zone, today)}, {moment.astimezone(zone):%H:%M}"


def long_end(moment: datetime, zone: ZoneInfo, today: datetime) -> str:
    """Return when a time is over: “the end of Wednesday 11 November” at midnight, else as ``long_moment`` does."""
    if day_that_ends(moment, zone):
        return f"the end of {long_day(moment - timedelta(hours=1), zone, today)}"
    return long_moment(moment, zone, today)


def span_of_days(first: date, last: date) -> str:
    """Return “9 to 15 November 2026”, naming each month and year once."""
    began = f"{first.day}"
    if (first.year, first.month) != (last.year, last.month):
        began += f" {first:%B}"
    if first.year != last.year:
        began += f" {first.year}"
    return f"{began} to {last.day} {last:%B} {last.year}"


def span_of_months(first: date, last: date) -> str:
    """Return “October to December 2026”, for months of one year."""
    return f"{first:%B} to {last:%B} {last.year}"


def duration(minutes: int) -> str:
    """Return a length of time in its two largest units: “1 hour and 30 minutes”."""
    parts = []
    for unit, size in _UNITS:
        amount, minutes = divmod(minutes, size)
        if amount:
            parts.append(count(amount, unit))
    return join_and(parts[:2]) if parts else "less than a minute"


def short_duration(minutes: int) -> str:
    """Return a length of time as a figure: “45 min”, “2 h 30 min”, “3 d 4 h”."""
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    parts = [(days, "d"), (hours, "h"), (left, "min")]
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount) or "0 min"


def figure(value: float, unit: str = "") -> str:
    """Return a number as a person writes it, with its unit: “0.82”, “1,200”, “90 ms”, “4.1%”."""
    text = f"{value:,.4f}".rstrip("0").rstrip(".")
    return f"{text}{unit}" if unit == "%" else f"{text} {unit}".strip()
