"""What the evidence about a version says, by the fields of its card."""

from apps.cards.enums import Origin
from apps.cards.rules import metric_row
from apps.cards.selectors import Given
from apps.catalog.models import ComponentVersion
from apps.evidence.enums import Category
from apps.evidence.selectors import pieces_of

MOST = 200
_ABOUT_THE_MODEL = (
    Category.PERFORMANCE,
    Category.FAIRNESS,
    Category.CALIBRATION,
    Category.ROBUSTNESS,
    Category.LATENCY,
)


def measured_of(version: ComponentVersion) -> list[Given]:
    """Return the metrics of the newest evidence about a version, each with the evidence that measured it."""
    rows: dict[tuple[str, str, str], dict[str, object]] = {}
    refs = []
    for piece in pieces_of([version.pk]).get(version.pk, []):
        for found in piece.findings:
            key = (found.metric, found.segment, found.subject)
            if not found.metric or found.category not in _ABOUT_THE_MODEL or key in rows or len(rows) == MOST:
                continue
            refs.append(piece.ref)
            rows[key] = metric_row(
                name=found.metric,
                slice=found.segment,
                dataset=found.subject,
                value=found.value,
                low=found.low,
                high=found.high,
                sample_size=found.sample_size or None,
                source=piece.ref,
            )
    if not rows:
        return []
    return [Given(Origin.EVIDENCE, refs[0], {"metrics": list(rows.values())})]
