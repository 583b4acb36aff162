"""Why a draft is proposed, and what it promises."""

from collections.abc import Sequence

from apps.changes.enums import REHEARSAL, Direction
from apps.changes.models import Change, SuccessMetric
from apps.changes.rules.fields import LONG_TEXT, MOST_ROWS, Problems
from apps.changes.rules.inputs import MetricInput


def write_why(
    draft: Change, texts: dict[str, str], metrics: Sequence[MetricInput], *, complete: bool
) -> None:
    """Write the reasons and the promises."""
    problems = Problems()
    missing = {
        "title": "Give the change a title.",
        "summary": "Say in plain words what changes.",
        "outcome": "Say what should be better afterwards.",
    }
    # A title is one line wherever it is read: in a list, the subject of a mail, a calendar.
    called = f"{REHEARSAL} " if draft.drill_id else ""
    title = f"{' '.join(texts['title'].split())} ".removeprefix(called)
    for name, text in (texts | {"title": title}).items():
        longest = 200 - len(called) if name == "title" else LONG_TEXT
        asked = missing.get(name, "") if complete else ""
        setattr(draft, name, problems.text(name, text, longest=longest, missing=asked))
    draft.title = f"{called}{draft.title}".strip()
    if not metrics and complete:
        problems.add("metrics", "Name at least one success metric with its target.")
    problems.at_most("metrics", metrics, MOST_ROWS)
    rows = [_metric(draft, place, metric, problems) for place, metric in enumerate(metrics)]
    problems.once("metrics", "name", [row.name for row in rows])
    problems.raise_any()
    draft.success_metrics.all().delete()
    SuccessMetric.objects.bulk_create(rows)


def _metric(draft: Change, place: int, metric: MetricInput, problems: Problems) -> SuccessMetric:
    at = f"metrics.{place}"
    row = SuccessMetric(
        change=draft,
        name=problems.text(f"{at}.name", metric.name, longest=120, missing="Name what is measured."),
        unit=problems.text(f"{at}.unit", metric.unit, longest=20),
        direction=problems.choice(f"{at}.direction", metric.direction, Direction),
        baseline=problems.number(f"{at}.baseline", metric.baseline),
        bound=problems.number(f"{at}.bound", metric.bound),
    )
    target = problems.number(f"{at}.target", metric.target, missing="Give the target, as a number.")
    row.target = target if target is not None else 0.0
    if row.bound is not None and target is not None:
        beyond = row.bound > row.target if row.direction == Direction.AT_LEAST else row.bound < row.target
        if beyond:
            side = "below" if row.direction == Direction.AT_LEAST else "above"
            problems.add(
                f"{at}.bound", f"The bound must be {side} the target: beyond it the change is rolled back."
            )
    return row
