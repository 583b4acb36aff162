"""How risky what goes out is, and how full the calendar is."""

from apps.changes.rules.risk import WORDS
from apps.insights.rules.charts import ACCENT, BLOCKED, SURFACE, TINT, Chart
from apps.insights.rules.dashboards import says
from apps.insights.rules.dashboards.shapes import Asked, chart, numbers_by_month, whole
from apps.insights.rules.grammar import count
from apps.insights.rules.scope import Counted

_COLOURS = {1: SURFACE, 2: TINT, 3: ACCENT, 4: BLOCKED}


def risk(asked: Asked, counted: Counted) -> Chart:
    """Return how many changes of each risk ended, by month."""
    levels = {f"risk_{level}": (WORDS[level], _COLOURS[level]) for level in _COLOURS}
    rows = [
        (named, *(asked.cell(bucket, name, month) for name in levels))
        for month, named, bucket in asked.months(counted)
    ]
    total = whole(counted).counts
    all_, high = total.get("ended", 0), total.get("risk_3", 0) + total.get("risk_4", 0)
    return chart(
        "risk",
        f"{high / all_:.0%} of changes were of high risk or more"
        if all_
        else "No change ended in this period",
        "Changes by risk and by the month in which they ended",
        "The risk of a change as it was worked out from what it moves and reaches, at its last revision.",
        ("Month", *(name for name, _ in levels.values())),
        rows,
        numbers_by_month(asked, counted, levels) if all_ else None,
        says.still(total.get("risk_4", 0), "change", "of severe risk"),
    )


def load(asked: Asked, counted: Counted) -> Chart:
    """Return how many changes are planned, by month, and how many a conflict blocks."""
    found = asked.months(counted)
    rows = [
        (named, *(asked.cell(bucket, name, month) for name in ("planned", "blocked")))
        for month, named, bucket in found
    ]
    _, named, fullest = max(found, key=lambda each: each[2].counts.get("planned", 0))
    most = fullest.counts.get("planned", 0)
    return chart(
        "load",
        f"{named.removesuffix(' so far')} holds the most: {count(most, 'change')}"
        if most
        else "Nothing is planned in this period",
        "Changes by the month in which their window starts",
        "Changes whose planned window starts in the period. Drafts, and what was rejected, withdrawn or expired, hold"
        " no time. Blocked: a conflict with another plan or a freeze stands now against a change that has not started.",
        ("Month", "Planned", "Blocked now"),
        rows,
        numbers_by_month(
            asked, counted, {"clear": ("Free to go, or gone", ACCENT), "blocked": ("Blocked now", BLOCKED)}
        )
        if most
        else None,
        says.still(whole(counted).counts.get("blocked", 0), "change", "blocked now"),
    )
