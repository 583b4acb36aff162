"""The ledger under races and kills of its sealers: nothing lost, doubled, forked or out of step."""

import os
import random
import signal
import time
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from apps.audit.models import AuditPending, Checkpoint
from apps.audit.services import record_event, seal_pending
from apps.core import actors
from tests.faults.amount import amount, say
from tests.faults.conftest import lives
from tests.faults.whole import assert_whole, wait_until

SEALERS = 4
SEAL_SECONDS = amount(4, 60)
SEALER_KILLS = amount(8, 100)


class Writers:
    """Threads that record entries in transactions of random length, so that they commit out of order."""

    def __init__(self, count: int) -> None:
        self._over = Event()
        self._counts = [0] * count
        self._threads = [Thread(target=self._write, args=[number]) for number in range(count)]

    def __enter__(self) -> "Writers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    @property
    def written(self) -> int:
        return sum(self._counts)

    def _write(self, who: int) -> None:
        chance = random.Random(who)
        while not self._over.is_set():
            n = self._counts[who]
            obj = ("thing", f"w{who}-{n % 3}" if n % 2 else "shared")
            with transaction.atomic():
                record_event(event="thing.noted", actor=actors.system(f"w{who}"), obj=obj, data={"n": n})
                time.sleep(chance.random() * 0.03)
            self._counts[who] += 1
        connection.close()


@pytest.mark.slow
def test_four_sealers_over_eight_writers_miss_and_double_no_entry(start_sealer) -> None:
    sealers = [start_sealer() for _ in range(SEALERS)]
    with Writers(8) as writers:
        wait_until(lambda: Checkpoint.objects.exists())
        time.sleep(SEAL_SECONDS)
    wait_until(lambda: not AuditPending.objects.exists())
    assert all(lives(pid) for pid in sealers)
    stop(sealers)
    seal_pending()
    assert_whole(writers.written)
    assert Checkpoint.objects.count() > 5
    say(f"{SEALERS} sealers, {SEAL_SECONDS} s: {writers.written:,} entries, none missed, none doubled")


@pytest.mark.slow
def test_sealer_killed_at_random_moments_loses_and_doubles_no_entry(start_sealer) -> None:
    chance = random.Random(11)
    with Writers(4) as writers:
        for _ in range(SEALER_KILLS):
            before, sealer = Checkpoint.objects.count(), start_sealer()
            wait_until(lambda before=before: Checkpoint.objects.count() > before)
            time.sleep(chance.random() * 0.1)
            stop([sealer])
    seal_pending()
    assert_whole(writers.written)
    say(f"{SEALER_KILLS} kills of a sealer: {writers.written:,} entries, none lost, none doubled")


def stop(sealers: list[int]) -> None:
    """Kill sealers, and return when they are gone."""
    for pid in sealers:
        os.kill(pid, signal.SIGKILL)
    for pid in sealers:
        wait_until(lambda pid=pid: not lives(pid))
