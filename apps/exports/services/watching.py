"""Telling the people who watch over the ledger that something is wrong with it."""

from datetime import UTC, datetime
from hashlib import sha256

from django.db import transaction

from apps.accounts.models import User
from apps.accounts.selectors import people_with_role
from apps.audit.selectors import latest_checkpoint, ledger_trouble
from apps.exports.selectors import OVERSEERS
from apps.outbox.services import notify


@transaction.atomic
def warn_of_ledger_trouble() -> bool:
    """Tell every auditor and change manager, once a trouble, and return whether there is one."""
    trouble = ledger_trouble()
    if trouble is None:
        return False
    # Nothing is signed while the trouble lasts, so the newest checkpoint stands still and dates it.
    newest = latest_checkpoint()
    name = sha256(trouble.reason.encode()).hexdigest()[:16]
    for user in _overseers():
        notify(
            user=user,
            rule="ledger.trouble",
            subject=("ledger", name),
            due=newest.created_at if newest is not None else datetime(1970, 1, 1, tzinfo=UTC),
            title="The ledger refuses to sign",
            body=f"{trouble.reason}\n\nThe portal goes on recording, and what it records waits for its seal. "
            f"Talk to whoever runs the portal. {trouble.remedy}".strip(),
            url="/ledger/",
        )
    return True


def _overseers() -> list[User]:
    people = {user.pk: user for role in OVERSEERS for user in people_with_role(role)}
    return list(people.values())
