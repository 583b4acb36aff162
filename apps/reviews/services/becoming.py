"""An action turns into a version of what later changes are held to."""

from django.db import transaction

from apps.audit.services import record_event
from apps.core.actors import Actor
from apps.core.errors import Invalid
from apps.policy.models import PolicySet
from apps.policy.services import start_draft
from apps.reviews import selectors
from apps.reviews.models import ActionItem
from apps.reviews.rules import may_turn
from apps.reviews.selectors import Made
from apps.reviews.services.access import person_of, require


@transaction.atomic
def link_action(*, actor: Actor, action: ActionItem, made: str) -> ActionItem:
    """Say which version an action turned into. ``made`` names it: “rules RULES-4 4” (``selectors.Made.name``).

    A review that is signed does not keep its actions from it: they go on until they are done.

    Raises:
        Forbidden: this person may not write the review, and the action is not theirs.
        Invalid: there is no such version.
    """
    held = _turning(actor, action)
    found = selectors.version_named(made)
    if found is None:
        raise Invalid({"made": ["Choose a version on the list."]})
    return _link(actor, held, found)


@transaction.atomic
def begin_rules(*, actor: Actor, action: ActionItem) -> PolicySet:
    """Begin a draft of the rules that this action turns into; its reason names the review.

    Raises:
        Forbidden: as for ``link_action``, or the actor may not write rules. Conflict: another draft is in hand.
    """
    held = _turning(actor, action)
    draft = start_draft(actor=actor, reason=f"{held.review.ref} of {held.review.change.ref}: {held.text}")
    found = selectors.version_named(f"rules {draft.ref} {draft.number}")
    assert found is not None
    _link(actor, held, found)
    return draft


def _turning(actor: Actor, action: ActionItem) -> ActionItem:
    held = (
        ActionItem.objects.select_for_update(of=["self"])
        .select_related("owner", "review__change")
        .get(pk=action.pk)
    )
    person = person_of(actor)
    standing = selectors.standing_of(person, held.review)
    require(may_turn(held, standing, user_id=person.pk if person else None))
    return held


def _link(actor: Actor, held: ActionItem, made: Made) -> ActionItem:
    held.becomes, held.record, held.version = made.becomes, made.record, made.version
    held.save(update_fields=["becomes", "record", "version", "updated_at"])
    record_event(
        event="review.action_linked",
        actor=actor,
        obj=held.review,
        data={"action": held.pk, "becomes": made.becomes, "record": made.record, "version": made.version},
    )
    return held
