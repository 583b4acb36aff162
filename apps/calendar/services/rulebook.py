"""Writing the calendar's rulebook."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.accounts.selectors import holds_everywhere
from apps.audit.services import record_event
from apps.calendar.models import Rulebook as Stored
from apps.calendar.rules import following
from apps.calendar.selectors import rulebook_in_force, rulebook_number
from apps.calendar.services.locking import hold_calendar
from apps.core.actors import Actor
from apps.core.errors import Forbidden, Invalid

REASON_LIMIT = 4_000


@transaction.atomic
def write_rulebook(*, actor: Actor, document: Mapping[str, Any], reason: str) -> Stored:
    """Put a new version in force. Everything that is planned is checked by it within seconds, in the background.

    Raises:
        Invalid: at each part that cannot be, or ``reason`` without one.
        Forbidden: the actor is no Change Manager over everything.
    """
    if not isinstance(actor.user, User) or not holds_everywhere(actor.user, Role.CHANGE_MANAGER):
        raise Forbidden(
            "Only a Change Manager over everything changes the calendar's rules.", remedy="Ask one of them."
        )
    if not reason.strip():
        raise Invalid({"reason": ["Say why, for whoever reads it later."]})
    if len(reason) > REASON_LIMIT:
        raise Invalid({"reason": [f"Keep it to {REASON_LIMIT:,} characters."]})
    hold_calendar()
    rulebook = following(rulebook_in_force(), document)
    written = Stored.objects.create(
        version=rulebook_number() + 1,
        document=rulebook.document(),
        reason=reason.strip(),
        written_by=actor.user,
    )
    record_event(
        event="calendar_rules.written",
        actor=actor,
        obj=written,
        data={"document": written.document},
        private={"reason": written.reason},
    )
    return written
