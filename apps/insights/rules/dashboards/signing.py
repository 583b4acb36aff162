"""How long changes wait for a signature, and whether signatures come in time."""

from collections.abc import Sequence

from apps.accounts.enums import APPROVING_ROLES, Role
from apps.approvals.rules import Allowance
from apps.insights.rules.charts import ACCENT, BLOCKED, Cell, Chart
from apps.insights.rules.dashboards import says
from apps.insights.rules.dashboards.shapes import (
    Asked,
    chart,
    half_and_most,
    lengths,
    numbers_by_name,
    percent,
)
from apps.insights.rules.scope import EMPTY, Bucket, Counted

_WHICH = " Counted are approvals, rejections and abstentions on any revision, those that were taken back later too."


def waiting(asked: Asked, counted: Counted, allowed: tuple[str, Allowance]) -> Chart:
    """Return how long it takes from being asked to deciding, by role, beside the time that a class of changes gets."""
    rows = [
        (Role(role).label, asked.cell(bucket, "given", role), *half_and_most(bucket))
        for role, bucket in _by_role(counted)
    ]
    slowest = max(rows, key=lambda row: row[2].value or 0)
    measured = slowest[2].value is not None
    of_class, time = allowed
    hours = time.time.total_seconds() / 3600
    title = f"Changes wait longest for a {slowest[0]}" if measured else "Nothing was signed in this period"
    return chart(
        "waiting",
        title,
        "Hours from being asked to deciding, by role",
        "Clock hours from when a role was asked to each of its signatures, in begun hours, by nearest rank. A later"
        " stage is asked when the stage before it has signed. While a question to the requester is open the clock"
        " stands. What a deputy signs counts for the role. The line is the time that the approval policy in force gives"
        f" for {of_class} changes, {time}; a working day is drawn as 24 hours, though weekends and nights add to it."
        + _WHICH,
        ("Role", "Decisions", "Half within (hours)", "Nine in ten within (hours)"),
        rows,
        lengths([(name, half, most) for name, _, half, most in rows], "h", (hours, f"Goal: {time}")),
        says.sentences(
            says.tail(slowest[3], "hours", f"decisions of a {slowest[0]} come"),
            says.apart([(name, half) for name, _, half, _ in rows], "hours"),
        ),
    )


def in_time(asked: Asked, counted: Counted, overdue: Counted) -> Chart:
    """Return which signatures were given by their due time, by role."""
    late = [(role, overdue.get(role, EMPTY)) for role in APPROVING_ROLES]
    rows = [
        (
            Role(role).label,
            asked.cell(bucket, "in_time", role),
            asked.cell(bucket, "late", role),
            asked.cell(missing, "overdue", role),
            percent(
                _share(
                    bucket.counts.get("in_time", 0),
                    bucket.counts.get("given", 0) + missing.counts.get("overdue", 0),
                )
            ),
        )
        for (role, bucket), (_, missing) in zip(_by_role(counted), late, strict=True)
    ]
    kept = sum(row[1].value or 0 for row in rows)
    waits = sum(bucket.counts.get("overdue", 0) for bucket in overdue.values())
    due = kept + sum((row[2].value or 0) + (row[3].value or 0) for row in rows)
    return chart(
        "in-time",
        f"{kept / due:.0%} of signatures came in time"
        if due
        else "No signature was given or fell due in this period",
        "Signatures by their due time, by role",
        "A signature is in time when it was given at its due time or before. Overdue are those that fell due in the"
        " period and are not given now; they count as not in time. A due time that moved while the clock stood counts"
        " as moved." + _WHICH,
        ("Role", "In time", "Late", "Overdue now", "Share in time"),
        rows,
        numbers_by_name(
            [row[0] for row in rows],
            {
                "In time": ([row[1].value or 0 for row in rows], ACCENT),
                "Late or overdue": ([(row[2].value or 0) + (row[3].value or 0) for row in rows], BLOCKED),
            },
        )
        if due
        else None,
        says.sentences(_latest(rows), says.still(waits, "signature", "overdue now")),
    )


def _latest(rows: Sequence[tuple[str, Cell, Cell, Cell, Cell]]) -> str:
    """Say which role is late most often."""
    shares = [(share.value, name) for name, _, _, _, share in rows if share.value is not None]
    if not shares or min(shares)[0] == 1:
        return ""
    least, name = min(shares)
    return f"A {name} is late most often: {least:.0%} came in time."


def _share(part: int, all_: int) -> float | None:
    return part / all_ if all_ else None


def _by_role(counted: Counted) -> list[tuple[str, Bucket]]:
    return [(role, counted.get(role, EMPTY)) for role in APPROVING_ROLES]
