"""What a figure says in plain words, beside its title: how it moved, and what lies outside the middle. Pure."""

from collections.abc import Sequence

from apps.insights.rules.charts import Cell
from apps.insights.rules.dashboards.shapes import Asked
from apps.insights.rules.grammar import agree, count
from apps.insights.rules.scope import Bucket, Counted
from apps.reviews.rules import Rate, Told, rate_of, told_by


def trend(asked: Asked, counted: Counted, part: str, whole: str) -> str:
    """Say how a share moved between the halves of the period's full months, where both hold anything.

    It fell or rose only where the 95% interval of the difference leaves out none (Newcombe's, as for lessons).
    """
    full = [
        bucket for month, _, bucket in asked.months(counted) if not asked.scope.is_partial(month, asked.now)
    ]
    half = len(full) // 2
    if not half:
        return ""
    first, last = _rate(full[:half], part, whole), _rate(full[-half:], part, whole)
    if first.value is None or last.value is None:
        return ""
    months = count(half, "full month") if half > 1 else "full month"
    moved = f"from {first.value:.0%} in the first {months} of the period to {last.value:.0%} in the last"
    told = told_by(first, last)
    if told == Told.OPEN:
        return f"It went {moved}. Chance alone can do that."
    return f"It {'fell' if told == Told.FEWER else 'rose'} {moved}. Chance alone seldom does that."


def _rate(buckets: Sequence[Bucket], part: str, whole: str) -> Rate:
    sums = [sum(bucket.counts.get(name, 0) for bucket in buckets) for name in (part, whole)]
    return rate_of(*sums)


def tail(most: Cell, unit: str, what: str) -> str:
    """Say within how long nine in ten were done."""
    return f"Nine in ten {what} within {most.said} {unit}." if most.value is not None else ""


def apart(rows: Sequence[tuple[str, Cell]], unit: str) -> str:
    """Say which of some names is done soonest in the middle case, and which last, where they differ."""
    known = [(half.value, name, half.said) for name, half in rows if half.value is not None]
    if len(known) < 2 or min(known)[0] == max(known)[0]:
        return ""
    (_, fast, least), (_, slow, most) = min(known), max(known)
    return f"{fast} is the quickest, with half within {least} {unit}; {slow} takes longest, with {most}."


def still(number: int, noun: str, what: str) -> str:
    """Say that some records stand out, or nothing where there are none: "3 reviews are past their due time." """
    return f"{count(number, noun)} {agree(number, 'is', 'are')} {what}." if number else ""


def fullest(asked: Asked, counted: Counted, name: str, what: str) -> str:
    """Say which month holds the most of what is counted."""
    found = [
        (bucket.counts.get(name, 0), said.removesuffix(" so far"))
        for _, said, bucket in asked.months(counted)
    ]
    most, month = max(found, key=lambda each: each[0])
    return f"The most {what} in {month}: {most:,}." if most and len(found) > 1 else ""


def sentences(*said: str) -> str:
    """Return the sentences that there are, as one text."""
    return " ".join(filter(None, said))
