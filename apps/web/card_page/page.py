"""All that the page of a card shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from apps.accounts.models import User
from apps.approvals.enums import RequirementState
from apps.approvals.selectors import Standing
from apps.cards.enums import CardState
from apps.cards.models import ModelCard
from apps.cards.rules import SECTIONS, WRITTEN, Completeness, Trigger
from apps.cards.selectors import (
    Family,
    compare,
    completeness_of,
    content_of,
    editions_of,
    triggers_on,
    write_decision,
)
from apps.core import actors, clock
from apps.gates.selectors import (
    CARD,
    answer_rows,
    answers_about,
    approval_rows,
    asked_over,
    check_rows,
)
from apps.insights.rules.charts import Chart
from apps.insights.rules.slices import charts_of
from apps.insights.selectors.card_history import coming, history_of
from apps.web import dates
from apps.web.card_page.records import records_of
from apps.web.card_page.sources import authors_in, came_since, evidence_url, short_source, sources_of
from apps.web.card_page.values import Shown, shown
from apps.web.planning.measures import compare_rows, measure, metric_rows

ABOVE = ("overview", "intended_use", "prohibited_use", "limitations")
"""What stands at the top of the page, whether it is written or not."""
ELSEWHERE = (*ABOVE, "owners", "metrics", "next_validation", "retraining_triggers")
EDITIONS = 12


def standing_page(user: User, card: ModelCard, family: Family, other: ModelCard | None) -> dict[str, Any]:
    """Return the context of the page of a card, beside another version of the model."""
    version, component = card.version, card.version.component
    content = content_of(card)
    people = people_in([content["owners"], sorted(authors_in(card))])
    fields = {
        field.name: shown(field, content[field.name], people, sources_of(card, field.name, people))
        for field in WRITTEN
    }
    lacks = completeness_of(card)
    history = history_of(user, version, family.in_use)
    today = clock.now().astimezone(dates.zone_of()).date()
    asked = asked_over(CARD, card.ref)
    metrics = content["metrics"]
    editions = list(editions_of(card).defer("content")[:EDITIONS])
    answers = answers_about(user, version) if history.touches else []
    return {
        "card": card,
        "version": version,
        "run": short_source(f"run {version.source_ref}"),
        "component": component,
        "owners": fields["owners"].lines,
        "above": [fields[name] for name in ABOVE],
        "sections": _sections(fields),
        "metrics": metric_rows(metrics),
        "charts": charts_beside(card, other),
        "measured": fields["metrics"],
        "family": family.cards,
        "other": other,
        "compared": compare_rows(compare(card, other)) if other else [],
        "lacks": lacks,
        "optional": [field for field in lacks.missing if field not in lacks.needed],
        "meter": _meter(lacks),
        "editions": editions,
        "came": came_since(card, editions, people),
        "answers": records_of(card, answer_rows(answers)),
        "checks": records_of(card, check_rows(user, version, family.in_use, answers)),
        "approvals": records_of(card, approval_rows(asked, editions[0])),
        "production": history.production,
        "touches": history.touches,
        "coming": coming(history.touches),
        "validation": card.validate_by,
        "retrained": fields["retraining_triggers"],
        "triggers": [_now(one, today) for one in triggers_on(card)],
        "today": today,
        "signatures": [_signature(one, user) for one in asked],
        "mine": next((one for one in asked if one.is_open and user in one.waited_on), None),
        "may_write": write_decision(actors.person(user), card),
        "submittable": card.state == CardState.DRAFT and not lacks.needed,
    }


def charts_beside(card: ModelCard, other: ModelCard | None) -> list[Chart]:
    """Return the card's metrics by group as charts, beside those of another version."""
    metrics, others = (one.content.get("metrics", []) if one else [] for one in (card, other))
    return charts_of(metrics, others, card.version.version, other.version.version if other else "")


def people_in(values: Iterable[Any]) -> dict[int, User]:
    """Return the people whom these lists of numbers name, in one query; what is no such list is passed over."""
    numbers = {
        number for value in values if isinstance(value, list) for number in value if isinstance(number, int)
    }
    return User.objects.in_bulk(numbers) if numbers else {}


def _sections(fields: dict[str, Shown]) -> list[tuple[str, str, list[Shown]]]:
    """Return what is written and does not stand elsewhere, section by section."""
    rest = [one for name, one in fields.items() if name not in ELSEWHERE and not one.is_empty]
    found = [
        (name, label, [one for one in rest if one.field.section == name]) for name, label in SECTIONS.items()
    ]
    return [one for one in found if one[2]]


def _meter(lacks: Completeness) -> list[tuple[str, float]]:
    """Return the boxes of the meter: a class and where each starts, on a line 330 wide."""
    step = 330 / lacks.total
    filled = len(lacks.filled)
    return [("on" if place < filled else "off", round(place * step + 0.5, 1)) for place in range(lacks.total)]


@dataclass(frozen=True)
class Now:
    """A trigger, and how it stands in a word and a colour."""

    trigger: Trigger
    said: str
    colour: str
    source_url: str = ""


def _now(one: Trigger, today: date) -> Now:
    if one.kind == "schedule":
        if one.due is None:
            return Now(one, "No day is known", "draft")
        late = one.due < today
        return Now(
            one, f"{'Overdue since' if late else 'Due'} {dates.day(one.due)}", "blocked" if late else "done"
        )
    if not one.measured:
        return Now(one, "People watch for it", "draft")
    if one.reached is None:
        return Now(one, "Not measured", "waiting")
    said = f"{measure(one.value)}, beyond it" if one.reached else measure(one.value)
    return Now(one, said, "blocked" if one.reached else "done", evidence_url(one.source))


def _signature(one: Standing, user: User) -> dict[str, str]:
    """Return a block of who signed, or who is asked."""
    role, where = one.requirement.get_role_display(), one.requirement.component_label
    block = {"role": role, "subject": where}
    given = one.signature
    if given is not None and one.state in (RequirementState.MET, RequirementState.REJECTED):
        status = "signed" if one.state == RequirementState.MET else "rejected"
        return block | {"name": given.printed_name, "status": status, "meta": dates.when(given.signed_at)}
    if not one.is_open:
        return block | {"name": "Not asked any more", "status": "open", "meta": ""}
    by = f"Sign by {dates.end(one.requirement.due_at)}"
    if user in one.waited_on:
        return block | {"name": "", "status": "you", "meta": by}
    names = " or ".join(str(person) for person in one.waited_on[:3]) or "Nobody can sign"
    return block | {"name": names, "status": "open", "meta": by}
