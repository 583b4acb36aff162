"""Signing a model card: asked of a Model Validator and an owner, by a round over the digest of one edition.

Cards and approvals are neighbours that do not know each other. The round hangs on the steps of the card, so a card is
in review if and only if a round is open over its edition.
"""

from datetime import timedelta

from apps.accounts.enums import Role
from apps.approvals.enums import RoundState, TimeUnit
from apps.approvals.models import Round
from apps.approvals.rules import Allowance, Barred, Need, Subject
from apps.approvals.services import close_round, open_round
from apps.cards.enums import CardState
from apps.cards.models import ModelCard
from apps.cards.selectors import latest_edition
from apps.cards.services import settle_card
from apps.core import clock
from apps.core.actors import Actor
from apps.gates.selectors import CARD, round_over, rounds_over

AT_THE_LATEST = timedelta(days=14)
TIME_TO_SIGN = Allowance(5, TimeUnit.WORKING_DAYS)
_RISK = 2
SAYS = {
    Role.VALIDATOR: "I judge {what} true and whole, and the model fit for the use that it names",
    Role.OWNER: "I answer for this model as {what} describes it",
}
"""What each role answers for by approving a card."""


def hold_card_round(card: ModelCard) -> None:
    """Lock the open round over a card. Whoever signs holds the round before the card, so whoever writes does too."""
    Round.objects.select_for_update().filter(
        subject_type=CARD, subject_ref=card.ref, state=RoundState.OPEN
    ).first()


def open_card_round(card: ModelCard, actor: Actor) -> None:
    """Ask a Model Validator of the model and an owner of it to sign the edition that was submitted.

    Raises:
        NobodyToSign: nobody is there who may sign for one of the two.
    """
    version = card.version
    title = f"Model card of {version.component} {version.version}, edition {card.edition}"
    open_round(
        actor=actor,
        subject=Subject(CARD, card.ref, title[:200], f"/models/{card.ref}/"),
        revision=len(rounds_over(CARD, card.ref)) + 1,
        digest=latest_edition(card).digest,
        risk=_RISK,
        starts_at=None,
        needs=[
            _need(
                card,
                Role.VALIDATOR,
                "Is the card true and whole, and is the model fit for the use that it names?",
                "A Model Validator who did not make the model judges what its card says.",
            ),
            _need(
                card,
                Role.OWNER,
                "Do you answer for this model as the card describes it?",
                "An owner of the model answers for what its card promises.",
            ),
        ],
        barred=_barred(card),
    )


def _need(card: ModelCard, role: Role, question: str, reason: str) -> Need:
    component = card.version.component
    return Need(
        role=role,
        question=question,
        reason=reason,
        due_at=clock.now() + AT_THE_LATEST,
        allowed=TIME_TO_SIGN,
        component_key=component.key,
        component_label=component.name,
        team_id=component.owner_team_id,
    )


def _barred(card: ModelCard) -> list[Barred]:
    """Return who may not sign: whoever wrote an edition; and as validator, whoever made the version."""
    version = card.version
    wrote = card.editions.exclude(written_by=None).values_list("written_by", flat=True).distinct()
    said = dict.fromkeys(wrote, "You wrote on this card. Nobody approves what they wrote.")
    barred = [Barred(pk, why) for pk, why in sorted(said.items())]
    for person, did in ((version.author_id, "made"), (version.committer_id, "recorded")):
        if person is not None and person not in said:
            why = f"You {did} version {version.version} of {version.component}. Nobody validates their own model."
            barred.append(Barred(person, why[:200], Role.VALIDATOR, version.component.key))
    return barred


def close_card_round(card: ModelCard, actor: Actor) -> None:
    """Ask nobody any more about a card that was taken back or written on."""
    asked = round_over(CARD, card.ref)
    if asked is not None:
        close_round(actor=actor, round=asked)


def follow_card_round(round_: Round, actor: Actor) -> None:
    """Approve the edition that everyone signed; make it a draft again when it was refused, or not decided in time.

    Runs in the transaction of the signature.
    """
    if round_.state in (RoundState.OPEN, RoundState.CLOSED):
        return
    number = int(round_.subject_ref.removeprefix("CARD-"))
    card = ModelCard.objects.filter(number=number, state=CardState.IN_REVIEW).first()
    if card is not None:
        approved = round_.state == RoundState.APPROVED
        settle_card(actor=actor, card=card, digest=round_.digest, approved=approved)
