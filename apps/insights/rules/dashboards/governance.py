"""Whether reviews are signed, how many waivers there are, and what each rule did."""

from collections.abc import Sequence
from typing import Protocol

from apps.insights.rules.charts import ACCENT, BLOCKED, NOT_MEASURED, SURFACE, Cell, Chart
from apps.insights.rules.dashboards import says
from apps.insights.rules.dashboards.shapes import (
    Asked,
    chart,
    numbers_by_month,
    numbers_by_name,
    percent,
    whole,
)
from apps.insights.rules.grammar import count
from apps.insights.rules.scope import Bucket, Counted
from apps.reviews.rules.reviewing import WORKING_DAYS_TO_REVIEW as DAYS

SHOWN = 8
"""Rules that are drawn; the table holds them all."""
FEW = 5
"""Changes of which a rule must have stopped or judged so many before anything is said of it."""


class Effect(Protocol):
    """What one rule did, as ``selectors.rule_effects`` counts it."""

    @property
    def rule(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def counts(self) -> dict[str, int]: ...


def reviews(asked: Asked, counted: Counted) -> Chart:
    """Return which reviews were signed by when they were due."""
    rows = [
        (
            named,
            *(asked.cell(bucket, name, month) for name in ("due", "in_time", "late", "unsigned")),
            percent(_share(bucket.counts)),
        )
        for month, named, bucket in asked.months(counted)
    ]
    total = whole(counted).counts
    due, kept = total.get("due", 0), total.get("in_time", 0)
    parts = {
        "in_time": ("Signed in time", ACCENT),
        "late": ("Signed late", SURFACE),
        "unsigned": ("Not signed yet", BLOCKED),
    }
    return chart(
        "reviews",
        f"{kept / due:.0%} of reviews were signed in time" if due else "No review fell due in this period",
        f"Reviews by the month in which they fell due. The goal: each within {DAYS} working days",
        "Each change that ends opens a review that is due five working days later, at 17:00 in its zone. Counted are"
        " those whose due time lies in the period and has passed. In time: signed at its due time or before. A"
        " month in which none fell due is not measured.",
        ("Month", "Due", "Signed in time", "Signed late", "Not signed", "Share in time"),
        rows,
        numbers_by_month(asked, counted, parts) if due else None,
        says.sentences(
            says.trend(asked, counted, "in_time", "due"),
            says.still(total.get("unsigned", 0), "review", "past the due time and not signed"),
        ),
    )


def _share(counts: dict[str, int]) -> float | None:
    return counts["in_time"] / counts["due"] if counts.get("due") else None


def waivers(asked: Asked, counted: Counted) -> Chart:
    """Return how many waivers of rules and checks were granted."""
    rows = [(named, asked.cell(bucket, "granted", month)) for month, named, bucket in asked.months(counted)]
    total = whole(counted).counts.get("granted", 0)
    return chart(
        "waivers",
        f"{count(total, 'waiver')} granted" if total else "No waiver was granted in this period",
        "Waivers of rules and checks, by the month in which they were granted",
        "A waiver sets one rule or check aside, for one change or component, until it ends. Counted by when its last"
        " signature was given, whether it still counts or not. With a filter: those for a change that the filters let"
        " through, and, without a class, those for a component that such a change moves.",
        ("Month", "Granted"),
        rows,
        numbers_by_month(asked, counted, {"granted": ("Granted", ACCENT)}) if total else None,
        says.fullest(asked, counted, "granted", "were granted"),
    )


def rules(asked: Asked, found: Sequence[Effect]) -> Chart:
    """Return what each rule in force stopped, and what it let through that went wrong after all."""
    rows = []
    for each in found:
        bucket = Bucket(each.counts, {})
        cells = (
            asked.cell(bucket, name, each.rule) for name in ("stopped", "fixed", "waived", "judged", "failed")
        )
        rows.append((each.title, *cells, _verdict(each.counts)))
    busy = sorted(
        (each for each in found if each.counts["stopped"]), key=lambda each: -each.counts["stopped"]
    )[:SHOWN]
    title = "No rule stopped a change in this period"
    if busy:
        title = f"“{busy[0].title}” stopped the most changes: {busy[0].counts['stopped']:,}"
    return chart(
        "rules",
        title,
        "Changes that each rule stopped, and those it let through that failed",
        "Counted are changes, from what the gate answered, for the rules in force now that can stop a change. Stopped:"
        " the gate said no in the period and named the rule. Then went out: of those, the changes that have started"
        " since. Waived: waivers of the rule granted in the period. Met, and ended: changes that ended in the period"
        " and that the gate had let through with this rule met. Got past it: of those, the ones that went back or"
        " failed. A change that never asked the gate is not judged, so it counts nowhere here. What a row says: of"
        f" fewer than {FEW} changes stopped or judged, nothing; else whether waivers are more than half of what it"
        " stopped, and whether anything got past it.",
        ("Rule", "Stopped", "Then went out", "Waived", "Met, and ended", "Got past it, then failed", "Says"),
        rows,
        numbers_by_name(
            [each.title for each in busy],
            {
                "Stopped": ([each.counts["stopped"] for each in busy], ACCENT),
                "Got past it, then failed": ([each.counts["failed"] for each in busy], BLOCKED),
            },
        )
        if busy
        else None,
    )


def _verdict(counts: dict[str, int]) -> Cell:
    """Return what the numbers of a rule say of it."""
    stopped, waived, judged, failed = (counts[name] for name in ("stopped", "waived", "judged", "failed"))
    if not stopped + judged:
        return NOT_MEASURED
    if stopped + judged < FEW:
        return Cell("Too few to tell")
    if waived * 2 > stopped:
        return Cell("Often waived")
    return Cell(f"{failed:,} of {judged:,} got past it") if failed else Cell("Works")
