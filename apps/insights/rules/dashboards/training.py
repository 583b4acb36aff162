"""Who holds the courses that their roles ask for."""

from collections.abc import Sequence
from typing import Protocol

from apps.insights.rules.charts import ACCENT, BLOCKED, SURFACE, Chart
from apps.insights.rules.dashboards import says
from apps.insights.rules.dashboards.shapes import Asked, chart, numbers_by_name, percent
from apps.insights.rules.scope import Bucket


class Covered(Protocol):
    """How people stand with one course, as ``selectors.trained`` counts it."""

    @property
    def course(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def counts(self) -> dict[str, int]: ...


def training(asked: Asked, found: Sequence[Covered]) -> Chart:
    """Return how many people hold each course that is asked of them."""
    rows = []
    for each in found:
        bucket, people = Bucket(each.counts, {}), each.counts["people"]
        cells = (asked.cell(bucket, name, each.course) for name in ("people", "held", "soon", "lacking"))
        rows.append((each.title, *cells, percent(each.counts["held"] / people if people else None)))
    total, held, soon, lacking = (
        sum(each.counts[name] for each in found) for name in ("people", "held", "soon", "lacking")
    )
    return chart(
        "training",
        f"{held / total:.0%} of the courses that roles ask for are held"
        if total
        else "No course is asked of anybody",
        "People by the courses in use that a role of theirs asks for, today",
        "Counted are the people who hold one of a course’s roles today, each once a course. Somebody holds it from the"
        " day on which they completed it until before the day on which it runs out, in UTC, unless that was withdrawn."
        " Those whose completion runs out within 30 days hold it still. With a team: the people who work in it. The"
        " period and the other filters change nothing here.",
        ("Course", "People", "Hold it", "Run out within 30 days", "Lack it", "Share who hold it"),
        rows,
        numbers_by_name(
            [each.title for each in found],
            {
                "Hold it": ([each.counts["held"] - each.counts["soon"] for each in found], ACCENT),
                "Run out within 30 days": ([each.counts["soon"] for each in found], SURFACE),
                "Lack it": ([each.counts["lacking"] for each in found], BLOCKED),
            },
        )
        if total
        else None,
        says.sentences(
            says.still(lacking, "completion", "lacking"),
            says.still(soon, "completion", "about to run out"),
        ),
    )
