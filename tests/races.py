"""Several calls at the same moment, with real threads and a connection each."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from types import ModuleType

import pytest
from django.db import connection

from apps.accounts.models import User
from apps.approvals.models import Requirement
from apps.core.actors import person
from apps.core.errors import PortalError
from tests.people import DIGEST, sign


def at_once(*calls: Callable[[], object]) -> list[object]:
    """Run the calls in as many threads, all let go at the same moment; return results and portal errors."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], object]) -> object:
        try:
            barrier.wait(timeout=30)
            return call()
        except PortalError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def failures(results: list[object]) -> list[object]:
    """Return what was refused."""
    return [one for one in results if isinstance(one, Exception)]


def slow_to_record(monkeypatch: pytest.MonkeyPatch, module: ModuleType) -> Event:
    """Let what a module writes in the ledger come a moment late, and return what says that it is about to."""
    about_to, record = Event(), module.record_event

    def record_late(**named: object) -> int:
        about_to.set()
        time.sleep(0.5)
        number: int = record(**named)
        return number

    monkeypatch.setattr(module, "record_event", record_late)
    return about_to


def after(event: Event, call: Callable[[], object]) -> Callable[[], object]:
    """Return a call that waits for an event."""

    def run() -> object:
        assert event.wait(20)
        return call()

    return run


def signing(user: User, asked: Requirement, decision: str = "approve") -> Callable[[], object]:
    """Return a call that signs."""
    return lambda: sign(
        actor=person(user), requirement=asked, digest=DIGEST, decision=decision, note="Because."
    )
