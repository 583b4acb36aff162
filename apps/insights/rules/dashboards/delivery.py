"""How changes go out: how many fail, how long they take, and how fast they are undone (DORA)."""

from apps.changes.enums import ChangeClass
from apps.insights.rules.charts import Cell, Chart
from apps.insights.rules.dashboards import says
from apps.insights.rules.dashboards.shapes import (
    Asked,
    chart,
    half_and_most,
    lengths,
    percent,
    share_by_month,
    whole,
)
from apps.insights.rules.scope import EMPTY, Counted

DAY = 24
"""Hours."""


def failures(asked: Asked, counted: Counted) -> Chart:
    """Return the change failure rate (DORA: change fail rate)."""
    total = whole(counted).counts
    ended, failed = total.get("ended", 0), total.get("failed", 0)
    rows = [
        (
            named,
            asked.cell(bucket, "ended", month),
            asked.cell(bucket, "failed", month),
            _share(bucket.counts),
        )
        for month, named, bucket in asked.months(counted)
    ]
    title = (
        f"{failed / ended:.0%} of changes failed or were rolled back"
        if ended
        else "No change ended in this period"
    )
    return chart(
        "failures",
        title,
        "Share of changes that failed or were rolled back, by the month in which they ended",
        "DORA’s change fail rate: changes that were rolled back or failed, of all that ended, by the month of their"
        " end. How a change turned out is what its review says; the review opens with how it ended. Changes still under"
        " way are left out. The interval is Wilson’s, 95%. A month in which none ended is not measured.",
        ("Month", "Ended", "Failed or rolled back", "Share"),
        rows,
        share_by_month(asked, counted, "failed", "ended", "Share that failed") if ended else None,
        says.trend(asked, counted, "failed", "ended"),
    )


def _share(counts: dict[str, int]) -> Cell:
    return percent(counts["failed"] / counts["ended"] if counts.get("ended") else None)


def lead(asked: Asked, counted: Counted) -> Chart:
    """Return the lead time (DORA: change lead time, from submission here)."""
    classes = [(each, counted.get(each, EMPTY)) for each in ChangeClass]
    rows = [
        (ChangeClass(each).label, asked.cell(bucket, "live", each), *half_and_most(bucket, DAY))
        for each, bucket in classes
    ]
    most_of = max(classes, key=lambda each: each[1].counts.get("live", 0))
    half, most = half_and_most(most_of[1], DAY)
    title = "No change went live in this period"
    if half.value is not None:
        title = f"Half of {most_of[0].label.lower()} changes are live within {half.said} days"
    return chart(
        "lead",
        title,
        "Days from submitted to live, by class",
        "DORA’s change lead time runs from commit to production; commits are not recorded here, so it runs from the"
        " first submission to the end of the change. Changes that failed or were rolled back are left out, as are those"
        " that never started. Clock time, in begun hours, by nearest rank.",
        ("Class", "Live", "Half within (days)", "Nine in ten within (days)"),
        rows,
        lengths([(label, half, most) for label, _, half, most in rows], "days"),
        says.sentences(
            says.tail(most, "days", f"{most_of[0].label.lower()} changes are live"),
            says.apart([(label, half) for label, _, half, _ in rows], "days"),
        ),
    )


def restoring(asked: Asked, counted: Counted) -> Chart:
    """Return the time to restore (DORA: failed deployment recovery time)."""
    rows = [
        (
            named,
            asked.cell(bucket, "failed", month),
            asked.cell(bucket, "restored", month),
            asked.cell(bucket, "unknown", month),
            *half_and_most(bucket),
        )
        for month, named, bucket in asked.months(counted)
    ]
    total = whole(counted)
    half, most = half_and_most(total)
    unknown = total.counts.get("unknown", 0)
    title = "Nothing had to be undone in this period"
    if half.value is not None:
        title = f"Half of what was rolled back was undone within {half.said} minutes"
    elif unknown:
        title = (
            f"How fast {unknown:,} failed change{' was' if unknown == 1 else 's were'} undone is not measured"
        )
    return chart(
        "restoring",
        title,
        "Minutes from the start of a change until it was rolled back, by month",
        "DORA’s failed deployment recovery time, from the start of the change to the end of its roll-back. When a fault"
        " was first noticed is not recorded here, so the time is rather too long than too short. Of a change that"
        " failed and was not rolled back, nothing says when service was restored: it is not measured. In begun minutes,"
        " by nearest rank.",
        (
            "Month",
            "Failed",
            "Rolled back",
            "Not measured",
            "Half within (minutes)",
            "Nine in ten within (minutes)",
        ),
        rows,
        lengths([(row[0], row[4], row[5]) for row in rows], "min"),
        says.sentences(
            says.tail(most, "minutes", "were undone"),
            says.still(unknown, "failed change", "not measured") if half.value is not None else "",
        ),
    )
