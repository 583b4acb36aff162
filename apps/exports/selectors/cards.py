"""What a model card says outside: its fields, and beside them those that the portal keeps itself."""

from datetime import UTC, datetime
from typing import Any

from apps.accounts.models import User
from apps.cards.models import ModelCard
from apps.cards.selectors import completeness_of, content_of, latest_edition
from apps.catalog.selectors import versions_in_use
from apps.gates.selectors import CARD, approval_rows, asked_over, results_of


def card_said(user: User, card: ModelCard) -> dict[str, Any]:
    """Return every field of a card by name, as far as the person sees it; the owners are names."""
    version, content = card.version, content_of(card)
    owners = User.objects.filter(pk__in=content["owners"])
    in_use = versions_in_use([version.component_id]).get(version.component_id)
    return content | {
        "owners": sorted(str(owner) for owner in owners),
        "name": version.component.name,
        "version": version.version,
        "version_date": version.released_at.date().isoformat() if version.released_at else "",
        "risk_tier": str(version.component.tier),
        "gate_results": results_of(user, version, in_use),
        "approvals": approval_rows(asked_over(CARD, card.ref), latest_edition(card)),
    }


def card_head(card: ModelCard, now: datetime) -> dict[str, Any]:
    """Return what stands above and below a card in print."""
    digest = latest_edition(card).digest
    return {
        "title": f"{card.version.component} {card.version.version}",
        "ref": card.ref,
        "foot": f"Printed on {now.astimezone(UTC):%-d %B %Y, %H:%M} UTC. The portal knows what has changed since.",
        "about": [
            ["State", card.get_state_display()],
            ["Edition", f"{card.edition}"],
            ["Model", card.version.component.key],
            ["SHA-256 of the edition", digest],
        ],
        "missing": completeness_of(card).sentence,
    }


def said_in_files(user: User, card: ModelCard) -> dict[str, Any]:
    """Return a card for files of other formats, which know no people of the portal: owners stand as authors."""
    said = card_said(user, card)
    owners, authors = said.pop("owners"), said["authors"]
    known = {row["name"] for row in authors}
    added = [{"name": name, "contact": ""} for name in owners if name not in known]
    return said | {"authors": [*authors, *added]}
