"""Who watches over the ledger is told when it is not what was signed."""

import pytest
from django.core import mail

from apps.accounts.enums import Role
from apps.accounts.models import RoleGrant
from apps.audit.services import seal_pending
from apps.exports.services import warn_of_ledger_trouble
from apps.outbox.models import Notification
from apps.outbox.services import deliver_due
from tests.people import add_person

pytestmark = pytest.mark.django_db(transaction=True)


def test_warn_of_ledger_trouble_tells_each_overseer_once(ledger_home) -> None:
    add_person("vera", Role.VALIDATOR)
    add_person("aud", Role.AUDITOR)
    both = add_person("both", Role.AUDITOR)
    grant = RoleGrant.objects.get(user=both)
    grant.pk, grant.role = None, Role.CHANGE_MANAGER
    grant.save()
    seal_pending()
    assert not warn_of_ledger_trouble()
    assert not Notification.objects.exists()
    kept = (ledger_home / "ledger.head").read_text()
    (ledger_home / "ledger.head").unlink()
    for _ in range(2):
        assert warn_of_ledger_trouble()
    told = Notification.objects.filter(rule="ledger.trouble")
    assert {each.user.username for each in told} == {"aud", "both"}
    assert len(told) == 2
    assert "ledger.head" in told[0].body
    deliver_due()
    assert sorted(each.to[0].partition("@")[0] for each in mail.outbox) == ["aud", "both"]
    (ledger_home / "ledger.head").write_text(kept)
    assert not warn_of_ledger_trouble()
