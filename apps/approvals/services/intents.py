"""The showing of a signing page: made when it is shown, used up by the signature that answers it."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from django.db import transaction

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.enums import DECISIONS
from apps.approvals.models import Requirement, Signature, SignIntent
from apps.approvals.rules import meaning
from apps.approvals.rules.intents import LIFE, Proof, is_alive, may_rely_on
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Forbidden, Stale

_approvals: dict[str, Mapping[Role, str]] = {}


class Spent(Stale):
    """The page that was answered can no longer be: it has served, or its time is up. It can be shown again."""


@transaction.atomic
def show_signing(
    *, actor: Actor, requirement: Requirement, session: str, decisions: Sequence[str] = DECISIONS
) -> SignIntent:
    """Fix what a person is shown when they open the signing page, and return it with its nonce.

    It allows nothing by itself: ``sign`` asks again who may. ``session`` names the person's session or token, and
    ``decisions`` are those that the page offers: those of signing, or to take a signature back.
    """
    return _show(actor, [requirement], session, decisions)[requirement.pk]


@transaction.atomic
def show_together(
    *, actor: Actor, requirements: Iterable[Requirement], session: str
) -> dict[int, SignIntent]:
    """Fix what a person is shown of several requirements on one page: for each a showing and a nonce of its own."""
    return _show(actor, requirements, session, DECISIONS)


def _show(
    actor: Actor, requirements: Iterable[Requirement], session: str, decisions: Sequence[str]
) -> dict[int, SignIntent]:
    if not isinstance(actor.user, User):
        raise Forbidden("Only a person can sign.")
    shown = [
        SignIntent(
            nonce=secrets.token_urlsafe(32),
            user=actor.user,
            session=session,
            requirement=requirement,
            digest=requirement.round.digest,
            meanings={str(each): meaning_on(requirement, each) for each in decisions},
            shown_at=clock.now(),
        )
        for requirement in requirements
    ]
    SignIntent.objects.bulk_create(shown)
    return {intent.requirement_id: intent for intent in shown if intent.requirement_id is not None}


def answered(
    user: User, asked: Requirement, proof: Proof, nothing: str = "Nothing was signed."
) -> SignIntent:
    """Return the showing that a proof answers. The caller holds the round, so no other request uses it meanwhile.

    ``nothing`` says what did not happen when it is refused.

    Raises:
        Forbidden: it was shown to someone else, in another session, or for something else.
    """
    found = SignIntent.objects.select_related("signature").filter(
        nonce=proof.nonce, user=user, session=proof.session, requirement=asked
    )
    intent = found.first()
    if intent is None:
        raise Forbidden(
            f"This was not shown to you in this session. {nothing}",
            remedy="Open the page yourself, and answer it there.",
        )
    return intent


def check_usable(
    intent: SignIntent, asked: Requirement, proof: Proof, decision: str, nothing: str = "Nothing was signed."
) -> None:
    """Raise unless a showing can be used now, for this decision, with this proof.

    Raises:
        Spent: it has been used, or its five minutes are over.
        Stale: the decision would say something else than the person was shown.
        Forbidden: the person proved who they are too long ago.
    """
    now = clock.now()
    if intent.signature_id is not None:
        raise Spent(
            "This page has been used to sign already. Nothing more was signed.",
            remedy="Open it again to see how it stands.",
        )
    if not is_alive(intent.shown_at, now):
        raise Spent(
            f"You were shown this more than {LIFE.seconds // 60} minutes ago. {nothing}",
            remedy="Look at it again, then send it.",
        )
    if intent.meanings.get(decision) != meaning_on(asked, decision):
        raise Stale(
            f"What you would say with your signature is no longer what you were shown. {nothing}",
            remedy="Open it again, and read what you would say.",
        )
    may_rely_on(proof, now, asked.round.freshness, nothing).require()


def use(intent: SignIntent, signature: Signature) -> None:
    """Use a showing up."""
    intent.signature = signature
    intent.save(update_fields=["signature"])


@transaction.atomic
def forget_unused_intents() -> int:
    """Remove the showings that nobody answered in time, a day later, and return how many."""
    old = SignIntent.objects.filter(signature=None, shown_at__lt=clock.now() - timedelta(days=1))
    return old.delete()[0]


def speak_of(subject_type: str, approvals: Mapping[Role, str]) -> None:
    """Let whoever has something signed say what each role says by approving it, as it is no change; called from
    ``AppConfig.ready``. ``{what}`` is what is signed, by its title.
    """
    _approvals[subject_type] = approvals


def meaning_on(asked: Requirement, decision: str) -> str:
    """Return what a decision on a requirement says, in words."""
    round_ = asked.round
    if round_.subject_type in _approvals:
        says = _approvals[round_.subject_type].get(Role(asked.role), "")
        return meaning(asked.role, decision, f"“{round_.subject_title}”", "", says=says)
    return meaning(
        asked.role,
        decision,
        f"{round_.subject_ref}, revision {round_.revision}",
        asked.component_label or asked.component_key,
        afterwards=round_.went_ahead_at is not None,
    )
