"""When models are due to be validated again."""

from apps.insights.rules.charts import ACCENT, BLOCKED, Chart
from apps.insights.rules.dashboards import says
from apps.insights.rules.dashboards.shapes import Asked, chart, numbers_by_name
from apps.insights.rules.grammar import count
from apps.insights.rules.scope import EMPTY, Counted

DUE = {
    "overdue": "Overdue",
    "month": "Within 30 days",
    "quarter": "Within 90 days",
    "later": "Later",
    "none": "No day given",
}


def validation(asked: Asked, counted: Counted) -> Chart:
    """Return how many approved cards are due for validation, and when."""
    rows = [(said, asked.cell(counted.get(key, EMPTY), "cards", key)) for key, said in DUE.items()]
    numbers = [cell.value or 0 for _, cell in rows]
    late = int(numbers[0])
    title = f"{count(late, 'model card')} past the day of validation" if late else "No validation is overdue"
    return chart(
        "validation",
        title if sum(numbers) else "No model card is approved yet",
        "Approved model cards by when their model is due to be validated again, today",
        "Each approved card counts by the day that it names as its next validation. The day itself is still in time."
        " Cards stand as they are today, whatever the period and the class; the other filters are of the card’s model."
        " When drift or performance makes a model due is not recorded here.",
        ("Due", "Cards"),
        rows,
        numbers_by_name(
            list(DUE.values()),
            {
                "Overdue": ([late, 0, 0, 0, 0], BLOCKED),
                "Still to come, or no day given": ([0, *numbers[1:]], ACCENT),
            },
        )
        if sum(numbers)
        else None,
        says.sentences(
            says.still(int(numbers[1]), "more card", "due within 30 days"),
            says.still(int(numbers[4]), "card", "without a day"),
        ),
    )
