"""Versions of models, and cards that hold all that they must."""

from typing import Any

from apps.accounts.models import User
from apps.cards.models import ModelCard
from apps.cards.rules import WRITTEN, Kind
from apps.cards.services import draft_card, write_edition
from apps.catalog.models import Component, ComponentVersion
from tests.planning import SYSTEM, component, team


def version(
    of: Component | None = None, number: str = "13", author: User | None = None, **more: object
) -> ComponentVersion:
    values = {"metrics": {"auc": 0.9}, "source": "mlflow", "description": "Scores loans."} | more
    return ComponentVersion.objects.create(
        component=of or component("credit-risk", owned_by=team()), version=number, author=author, **values
    )


def whole(*owners: User) -> dict[str, Any]:
    """Return a content that lacks nothing that any model needs."""
    by_kind: dict[Kind, Any] = {
        Kind.MARKDOWN: "It says **enough**.",
        Kind.LINE: "classification",
        Kind.DATE: "2031-02-12",
        Kind.LIST: ["one"],
        Kind.PEOPLE: [owner.pk for owner in owners],
    }
    rows = {
        "inputs": {"format": "table"},
        "outputs": {"format": "number"},
        "datasets": {"name": "loans"},
        "ethical_risks": {"name": "Thin files"},
        "fairness": {"group": "Ages 18 to 24"},
        "metrics": {"name": "auc", "value": 0.9},
        "retraining_triggers": {"kind": "schedule", "every": 3, "unit": "month"},
    }
    needed = [field for field in WRITTEN if field.needed_to]
    given = {field.name: by_kind.get(field.kind, [rows.get(field.name, {})]) for field in needed}
    return given | {"approach": "supervised"}


def complete_card(of: ComponentVersion, *owners: User) -> ModelCard:
    """Return the card of a version, written by the portal itself, that can be sent to be signed."""
    card = draft_card(actor=SYSTEM, version=of)
    return write_edition(actor=SYSTEM, card=card, fields=whole(*owners))
