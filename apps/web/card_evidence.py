"""What those who sign a model card judge by: the edition whose digest is signed."""

from typing import Any

from apps.accounts.models import User
from apps.cards.rules import WRITTEN, Kind, triggers_of
from apps.cards.selectors import card_for, editions_of, fields_of
from apps.web.card_page.page import people_in
from apps.web.card_page.values import Shown, shown
from apps.web.evidence import Block, Facts, Lines, Prose, Table
from apps.web.planning.measures import metric_rows


def card_evidence(user: User, ref: str, digest: str) -> list[Block]:
    """Return the evidence on a card such as CARD-3, from the edition that has the digest."""
    card = card_for(user, ref)
    edition = editions_of(card).filter(digest=digest).first() if card else None
    if card is None or edition is None:
        return []
    fields = fields_of(edition)
    people = people_in([fields.get("owners", [])])
    said = [shown(one, fields.get(one.name), people) for one in WRITTEN if one.name != "metrics"]
    rows = metric_rows(fields.get("metrics", []))
    measured = Table(
        "Metrics",
        ["Metric", "Group", "Value", "95% interval", "Cases", "Source"],
        [
            [
                row.name,
                row.group,
                row.value,
                row.interval or "Not given",
                row.cases or "Not given",
                row.source,
            ]
            for row in rows
        ],
    )
    facts = Facts(
        "What is signed", [("Card", f"{card.ref}, edition {edition.number}"), ("Model", str(card.version))]
    )
    return [facts, *(_block(one, fields) for one in said if not one.is_empty), *([measured] if rows else [])]


def _block(one: Shown, fields: dict[str, Any]) -> Block:
    label = one.field.label
    if one.field.kind is Kind.MARKDOWN:
        return Prose(label, str(fields[one.field.name]))
    if one.field.name == "retraining_triggers":
        triggers = triggers_of(fields[one.field.name], made=None, metrics=[])
        return Table(label, ["Trigger", "Rule"], [[each.label, each.rule] for each in triggers])
    if one.rows:
        return Table(label, one.heads, [[cell.text for cell in row] for row in one.rows])
    lines = one.lines or [one.text]
    return Lines(label, lines) if len(lines) > 1 else Prose(label, lines[0])
