import time
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from apps.core import clock
from apps.outbox.models import OutboxMessage
from portal import health
from tests.dba import as_owner

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quiet_cache() -> Iterator[None]:
    cache.delete_many([health.WORKER_KEY, health.EXPORTER_KEY])
    yield
    cache.delete_many([health.WORKER_KEY, health.EXPORTER_KEY])


def parts() -> dict[str, dict[str, object]]:
    response = Client().get("/readyz")
    body = response.json()
    assert response.status_code == (200 if body["ok"] else 503)
    return body["parts"]  # type: ignore[no-any-return]


def test_healthz_when_asked_answers() -> None:
    assert Client().get("/healthz").json() == {"ok": True}


def test_readyz_when_everything_works_is_ready() -> None:
    health.beat(["celery", "exports"])
    names = ("database", "redis", "worker", "exporter", "sealer")
    assert parts() == {name: {"ok": True, "why": ""} for name in names}


def test_readyz_when_only_the_exporter_lives_says_that_the_worker_does_not() -> None:
    health.beat(["exports"])
    assert parts()["exporter"]["ok"]
    assert parts()["worker"] == {"ok": False, "why": "No worker has started."}


def test_readyz_when_a_message_was_given_up_counts_it_and_stays_ready() -> None:
    health.beat(["celery", "exports"])
    now = clock.now()
    OutboxMessage.objects.create(topic="email", key="a", payload={}, created_at=now, due_at=now, dead_at=now)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["dead_messages"]) == (200, 1)


def test_readyz_tells_whether_the_ledger_is_guarded_from_the_portals_login() -> None:
    assert Client().get("/readyz").json()["ledger_protected"] is True
    with as_owner():
        assert Client().get("/readyz").json()["ledger_protected"] is False
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("GRANT DELETE ON audit_text TO portal_runtime")
    assert Client().get("/readyz").json()["ledger_protected"] is False


def test_readyz_when_no_worker_ever_started_says_so() -> None:
    assert parts()["worker"] == {"ok": False, "why": "No worker has started."}


def test_readyz_when_the_worker_fell_silent_says_for_how_long() -> None:
    cache.set(health.WORKER_KEY, time.time() - 40)
    assert parts()["worker"] == {"ok": False, "why": "No worker has been heard for 40 s."}


def test_readyz_when_a_part_raises_names_it_and_keeps_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ConnectionError("redis://:secret@cache")

    monkeypatch.setitem(health.CHECKS, "redis", broken)
    health.beat(["celery", "exports"])
    assert parts()["redis"] == {"ok": False, "why": "The redis does not answer (ConnectionError)."}
    assert parts()["worker"]["ok"]
