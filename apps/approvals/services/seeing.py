"""Keeping until when a person has seen what is asked of a role, so that they can be shown what changed since."""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from apps.accounts.models import User
from apps.approvals.enums import RoundState
from apps.approvals.models import Requirement
from apps.approvals.rules.seeing import VISIT
from apps.core import clock
from apps.core.actors import Actor

# One statement, so that two pages that open at once need no lock. What was shown earlier never undoes what was later.
_SEE = """
INSERT INTO approvals_seen AS seen
    (user_id, subject_type, subject_ref, role, component_key, at, revision, before_at, before_revision)
VALUES (%(user)s, %(type)s, %(ref)s, %(role)s, %(component)s, %(at)s, %(revision)s, %(at)s, %(revision)s)
ON CONFLICT (user_id, subject_ref, subject_type, role, component_key) DO UPDATE SET
    before_at = CASE WHEN excluded.at >= seen.at + %(visit)s THEN seen.at ELSE seen.before_at END,
    before_revision = CASE WHEN excluded.at >= seen.at + %(visit)s THEN seen.revision ELSE seen.before_revision END,
    at = excluded.at,
    revision = excluded.revision
WHERE excluded.at > seen.at AND excluded.revision >= seen.revision
"""


@transaction.atomic(savepoint=False)
def mark_seen(*, actor: Actor, requirement: Requirement, at: datetime) -> None:
    """Keep that a requirement was shown to a person at an instant, as it stood then.

    A browser says when: an instant to come counts as now, and one before its round as the beginning of that.

    It stands beside the ledger, not in it, and changes nothing that anyone else sees. Of a round that is over nothing
    is kept: there is nothing left to decide.
    """
    round_ = requirement.round
    if not isinstance(actor.user, User) or round_.state != RoundState.OPEN:
        return
    values: dict[str, Any] = {
        "user": actor.user.pk,
        "type": round_.subject_type,
        "ref": round_.subject_ref,
        "role": requirement.role,
        "component": requirement.component_key,
        "at": min(max(at, round_.created_at), clock.now()),
        "revision": round_.revision,
        "visit": VISIT,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SEE, values)
