"""What a model card says outside: its fields, and beside them those that the portal keeps itself."""

from datetime import UTC, datetime
from typing import Any

from apps.accounts.models import User
from apps.cards.models import ModelCard
from apps.cards.rules.formats import Written, write_file
from apps.cards.selectors import completeness_of, content_of, latest_edition
from apps.evidence.models import Report
from apps.evidence.selectors import reports_of
from apps.gates.selectors import CARD, asked_over

_MOST_RESULTS = 100


def card_said(user: User, card: ModelCard) -> dict[str, Any]:
    """Return every field of a card by name, as far as the person sees it; the owners are names."""
    version, content = card.version, content_of(card)
    owners = User.objects.filter(pk__in=content["owners"])
    return content | {
        "owners": sorted(str(owner) for owner in owners),
        "name": version.component.name,
        "version": version.version,
        "version_date": version.released_at.date().isoformat() if version.released_at else "",
        "risk_tier": str(version.component.tier),
        "gate_results": [_result(one) for one in reports_of(user, [version.pk])[:_MOST_RESULTS]],
        "approvals": approvals_of(card),
    }


def card_file(user: User, card: ModelCard, format_name: str) -> Written:
    """Return a card as a file of a format (``rules.formats.FORMATS``), and what that cannot hold."""
    return write_file(_for_file(user, card), format_name)


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


def _for_file(user: User, card: ModelCard) -> dict[str, Any]:
    """Return a card for a file of another format, which knows no people of the portal: owners stand as authors."""
    said = card_said(user, card)
    owners, authors = said.pop("owners"), said["authors"]
    known = {row["name"] for row in authors}
    added = [{"name": name, "contact": ""} for name in owners if name not in known]
    return said | {"authors": [*authors, *added]}


def approvals_of(card: ModelCard) -> list[dict[str, str]]:
    """Return who signed the edition that a card is at, in which role and when."""
    digest = latest_edition(card).digest
    signatures = (
        (one.requirement, signature) for one in asked_over(CARD, card.ref) for signature in one.signatures
    )
    return [
        {
            "role": requirement.get_role_display(),
            "person": str(signature.signer),
            "decision": signature.get_decision_display(),
            "at": signature.signed_at.isoformat(timespec="seconds"),
            "digest": signature.digest,
        }
        for requirement, signature in signatures
        if signature.digest == digest
    ]


def _result(report: Report) -> dict[str, str]:
    at = report.measured_at or report.received_at
    return {
        "check": f"{report.get_format_display()}{f', {report.file_name}' if report.file_name else ''}",
        "verdict": report.get_outcome_display(),
        "at": at.isoformat(timespec="seconds"),
        "digest": report.file.digest,
        "link": report.ref,
    }
