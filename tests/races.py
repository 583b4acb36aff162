"""Several calls at the same moment, with real threads and a connection each."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

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


def signing(user: User, asked: Requirement, decision: str = "approve") -> Callable[[], object]:
    """Return a call that signs."""
    return lambda: sign(
        actor=person(user), requirement=asked, digest=DIGEST, decision=decision, note="Because."
    )
