"""A reader who needs a sealed entry has it sealed at once: with no worker and no Redis."""

import pytest
from django.db import transaction

from apps.audit import selectors
from apps.audit.models import AuditEvent
from apps.audit.services import ensure_sealed, keyring, record_event
from apps.core import actors

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nothing_but_postgres(settings) -> None:
    """Point everything that talks to Redis at a port where nobody listens."""
    nowhere = "redis://127.0.0.1:1/0"
    settings.REDIS_URL = settings.CELERY_BROKER_URL = settings.CELERY_RESULT_BACKEND = nowhere
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": nowhere}
    }


def noted() -> AuditEvent:
    with transaction.atomic():
        number = record_event(event="thing.noted", actor=actors.system("tests"), obj=("thing", "1"))
    return AuditEvent.objects.get(pk=number)


def test_ensure_sealed_seals_a_pending_entry_and_its_proof_is_there() -> None:
    keyring.signer()
    event = noted()
    assert selectors.proof_of(event) is None
    assert ensure_sealed(event_id=event.pk)
    assert selectors.proof_of(event).index == 0


def test_ensure_sealed_over_a_sealed_entry_asks_one_question(django_assert_num_queries) -> None:
    keyring.signer()
    event = noted()
    ensure_sealed(event_id=event.pk)
    with django_assert_num_queries(1):
        assert ensure_sealed(event_id=event.pk)


def test_ensure_sealed_where_the_key_is_not_leaves_it_to_the_sealer(ledger_home) -> None:
    assert not ensure_sealed(event_id=noted().pk)
    assert not (ledger_home / "ledger.key").exists()


def test_ensure_sealed_inside_a_transaction_is_refused() -> None:
    keyring.signer()
    event = noted()
    with pytest.raises(RuntimeError), transaction.atomic():
        ensure_sealed(event_id=event.pk)
