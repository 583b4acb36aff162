"""``/healthz``: does this process answer? ``/readyz``: can the portal do its work, part by part?"""

import time
from collections.abc import Callable, Iterable
from typing import Any

from celery import bootsteps
from celery.worker.consumer import Consumer
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache

from apps.audit.selectors import ledger_trouble, oldest_pending_at
from apps.audit.selectors.protection import ledger_is_protected
from apps.core import clock
from apps.outbox.selectors import dead_count

WORKER_KEY, EXPORTER_KEY = "heartbeat:celery", "heartbeat:exports"
HEARTBEAT_SECONDS = 3
SILENT_SECONDS = 15
UNSEALED_SECONDS = 10


class NotReady(Exception):
    """A part of the portal does not work. The message is a plain reason."""


class Heartbeat(bootsteps.StartStopStep):
    """A step of the worker that writes the time to Redis every three seconds, for each queue that it serves."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, parent: Consumer) -> None:
        queues = list(parent.app.amqp.queues.consume_from)
        beat(queues)
        self.timer = parent.timer.call_repeatedly(HEARTBEAT_SECONDS, beat, (queues,))

    def stop(self, parent: Consumer) -> None:
        self.timer.cancel()


def beat(queues: Iterable[str]) -> None:
    """Write that a worker of these queues lives now (seconds since 1970)."""
    cache.set_many({f"heartbeat:{queue}": time.time() for queue in queues}, timeout=3600)


def check_database() -> None:
    """Ask PostgreSQL for one row."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def check_redis() -> None:
    """Write a key and read it back."""
    cache.set("readyz", "ok", timeout=10)
    if cache.get("readyz") != "ok":
        raise NotReady("Redis does not keep what it is given.")


def check_worker() -> None:
    """Look for a sign of life of a worker that does everything but exports."""
    _check_heartbeat(WORKER_KEY, "worker")


def check_exporter() -> None:
    """Look for a sign of life of a worker that writes exports."""
    _check_heartbeat(EXPORTER_KEY, "exporter")


def _check_heartbeat(key: str, name: str) -> None:
    last = cache.get(key)
    if last is None:
        raise NotReady(f"No {name} has started.")
    silent = time.time() - last
    if silent > SILENT_SECONDS:
        raise NotReady(f"No {name} has been heard for {silent:.0f} s.")


def check_sealer() -> None:
    """Look whether the ledger is what was signed, and for events that the sealer should have sealed long ago."""
    trouble = ledger_trouble()
    if trouble is not None:
        raise NotReady(f"The ledger refuses to sign: {trouble.reason} {trouble.remedy}".strip())
    oldest = oldest_pending_at()
    waited = (clock.now() - oldest).total_seconds() if oldest else 0
    if waited > UNSEALED_SECONDS:
        raise NotReady(f"A ledger event has waited {waited:.0f} s to be sealed.")


CHECKS: dict[str, Callable[[], None]] = {
    "database": check_database,
    "redis": check_redis,
    "worker": check_worker,
    "exporter": check_exporter,
    "sealer": check_sealer,
}


def _state(name: str, check: Callable[[], None]) -> dict[str, Any]:
    try:
        check()
    except NotReady as reason:
        return {"ok": False, "why": str(reason)}
    except Exception as error:  # whatever a broken part raises is the answer, and never a secret
        return {"ok": False, "why": f"The {name} does not answer ({type(error).__name__})."}
    return {"ok": True, "why": ""}


def states() -> dict[str, dict[str, Any]]:
    """Return, for each part of the portal by name, whether it works (``ok``) and if not, ``why``."""
    return {name: _state(name, check) for name, check in CHECKS.items()}


@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer that this process lives."""
    return JsonResponse({"ok": True})


@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer with the state of each part; 503 when any part fails.

    Beside it stand two pieces of news, which are no faults: ``dead_messages``, how many messages were given up, and
    ``ledger_protected``, whether the ledger's tables are guarded from the portal's own login.
    """
    parts = states()
    ready = all(part["ok"] for part in parts.values())
    news = {"dead_messages": _news(dead_count), "ledger_protected": _news(ledger_is_protected)}
    return JsonResponse({"ok": ready, "parts": parts, **news}, status=200 if ready else 503)


def _news(read: Callable[[], int]) -> int | None:
    try:
        return read()
    except DatabaseError:
        return None
