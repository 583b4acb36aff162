"""Reading the link in a mail that asks for a signature, and whether it still serves."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.core import signing

from apps.accounts.models import User
from apps.approvals.models import Requirement, Round, Signature
from apps.approvals.rules.mail_links import Following, MailLink, still_serves
from apps.core import clock
from apps.core.decisions import Decision

_SALT = "approvals.mail-link"


def token_of(link: MailLink) -> str:
    """Return a link as text, signed with the portal's key, so that nobody can change or make one."""
    made_at = int(link.made_at.timestamp())
    return signing.Signer(salt=_SALT).sign_object([link.person, link.requirement, link.digest, made_at])


def link_in(token: str) -> MailLink | None:
    """Return the link that a text holds, or None when the portal has not made it just so."""
    try:
        person, requirement, digest, made_at = signing.Signer(salt=_SALT).unsign_object(token)
    except (signing.BadSignature, ValueError):
        return None
    return MailLink(person, requirement, digest, datetime.fromtimestamp(made_at, UTC))


@dataclass(frozen=True)
class Served:
    """Whether a link still serves; when something is asked anew, ``instead`` is that."""

    decision: Decision
    instead: Requirement | None = None


def still_serves_now(link: MailLink, requirement: Requirement) -> Served:
    """Return whether a link to this requirement serves now. It has served once its person decided after it was made.

    So taking a signature back does not wake the link that it was given by.
    """
    round_ = requirement.round
    newer = _newer(round_)
    used = Signature.objects.filter(
        requirement=requirement, signer=link.person, signed_at__gte=link.made_at
    ).exists()
    decision = still_serves(
        Following(
            link=link,
            now=clock.now(),
            digest=round_.digest,
            round_state=round_.state,
            requirement_state=requirement.state,
            used=used,
            newer=newer.revision if newer else 0,
        )
    )
    return Served(decision, _same_in(newer, requirement) if newer else None)


def _newer(round_: Round) -> Round | None:
    later = Round.objects.filter(
        subject_type=round_.subject_type, subject_ref=round_.subject_ref, revision__gt=round_.revision
    )
    return later.order_by("-revision").first()


def _same_in(round_: Round, requirement: Requirement) -> Requirement | None:
    """Return what another round asks of the same role for the same component."""
    found = Requirement.objects.filter(
        round=round_, role=requirement.role, component_key=requirement.component_key
    )
    return found.select_related("round").first()


def asked_in_mail(user: User, requirement: Requirement) -> MailLink:
    """Return the link for a mail that asks a person for their signature, made now."""
    # Whole seconds, as the text keeps: so a link reads as it was made.
    return MailLink(user.pk, requirement.pk, requirement.round.digest, clock.now().replace(microsecond=0))
