"""Kill sealers, workers, PostgreSQL's backends and PostgreSQL itself while the portal writes, then count everything.

A program: ``python -m tests.faults.storm KILLS SEED``. It has servers and a PORTAL_HOME of its own, with fsync on,
kills what it started by process id, and ends with status 0 and one line if nothing was lost or doubled.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from itertools import count, cycle
from pathlib import Path

from tests.faults.amount import amount, say
from tests.faults.nursery import REFUSED, fork, seal_for_ever

WRITERS = 4
SEALERS = 2
VICTIMS = ("sealer", "backend", "worker", "postmaster", "sealer", "backend")
CHANGES_BETWEEN = amount(20, 200)
CALM_SECONDS = 120
WORKER_LOG = "worker.log"


class Storm:
    """The processes at work, and what was acknowledged to the writers."""

    def __init__(self, home: Path, seed: int) -> None:
        self.home, self.chance = home, random.Random(seed)
        self.told = {number: home / f"told-{number}" for number in range(WRITERS)}
        self.writers = [fork(lambda number=number: self.write(number)) for number in self.told]  # type: ignore[misc]
        self.sealers = [fork(seal_for_ever) for _ in range(SEALERS)]
        self.worker = start_worker()

    def write(self, who: int) -> None:
        """Add teams through the service; keep the name of each that was acknowledged."""
        from django.db import DatabaseError, connection, transaction

        from apps.accounts.services import create_team
        from apps.core import actors

        chance = random.Random(who)
        with self.told[who].open("w", buffering=1) as told:
            for number in count():
                slug = f"t{who}-{number}"
                try:
                    with transaction.atomic():
                        create_team(actor=actors.system("storm"), slug=slug, name=slug)
                        time.sleep(chance.random() * 0.02)
                except DatabaseError:
                    # Whether this one was committed is unknown: a broken connection does not say.
                    connection.close()
                    time.sleep(0.05)
                else:
                    told.write(slug + "\n")

    def kill(self, victim: str) -> None:
        """Kill one of a kind, and start another."""
        if victim == "sealer":
            place = self.chance.randrange(SEALERS)
            kill_and_bury(self.sealers[place])
            self.sealers[place] = fork(seal_for_ever)
        elif victim == "worker":
            wait_for_worker()
            os.killpg(self.worker.pid, signal.SIGKILL)
            self.worker.wait()
            self.worker = start_worker()
        elif victim == "backend":
            kill_a_backend(self.chance)
        else:
            kill_the_postmaster()

    def end(self) -> None:
        """Kill whatever still runs."""
        for pid in [*self.writers, *self.sealers]:
            with suppress(ProcessLookupError, ChildProcessError):
                kill_and_bury(pid)
        with suppress(ProcessLookupError):
            os.killpg(self.worker.pid, signal.SIGKILL)
        self.worker.wait()

    def check_alive(self) -> None:
        """No sealer may end by itself: it would have refused to sign."""
        for pid in [*self.writers, *self.sealers]:
            gone, status = os.waitpid(pid, os.WNOHANG)
            refused = gone and os.waitstatus_to_exitcode(status) == REFUSED
            assert not gone, "The sealer refused to sign." if refused else "A process ended by itself."

    def told_names(self) -> list[str]:
        return [name for path in self.told.values() for name in path.read_text().split()]


def wait_for_worker() -> None:
    """Wait for a worker's sign of life, so that a kill meets one that works, not one that starts."""
    from django.core.cache import cache

    from portal.health import WORKER_KEY
    from tests.faults.whole import wait_until

    cache.delete(WORKER_KEY)
    wait_until(lambda: cache.get(WORKER_KEY) is not None)


def kill_and_bury(pid: int) -> None:
    """Kill a child, and return when it is gone."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def start_worker() -> "subprocess.Popen[bytes]":
    """Start a Celery worker with its beat, in a process group of its own. It seals each second."""
    from django.conf import settings

    command = [sys.executable, "-m", "celery", "--quiet", "-A", "portal", "worker", "--beat"]
    command += ["--queues", "celery", "--concurrency", "1"]
    log = (Path(settings.PORTAL_HOME) / WORKER_LOG).open("ab")
    return subprocess.Popen(command, cwd=settings.BASE_DIR, stdout=log, stderr=log, start_new_session=True)


def kill_a_backend(chance: random.Random) -> None:
    """Kill one of PostgreSQL's processes that serve a client. PostgreSQL then drops all and recovers."""
    with superuser() as connection:
        found = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        ).fetchall()
    if found:
        with suppress(ProcessLookupError):
            os.kill(chance.choice(found)[0], signal.SIGKILL)


def kill_the_postmaster() -> None:
    """Kill PostgreSQL's first process, and start the server again once the others have noticed."""
    from portal.embedded import postgres

    pid = int((postgres.data_folder() / "postmaster.pid").read_text().split()[0])
    os.kill(pid, signal.SIGKILL)
    for patience in range(100):
        time.sleep(0.1)
        try:
            postgres.start()
            return
        except postgres.ServerFailed:
            assert patience < 99, "PostgreSQL did not start again."


def superuser():  # type: ignore[no-untyped-def]
    """Return a connection to the storm's database as PostgreSQL's superuser."""
    from portal.embedded import postgres

    return postgres.connect(postgres.DATABASE, postgres.SUPERUSER)


def work_goes_on(storm: Storm) -> None:
    """Wait until new writes are acknowledged and a new checkpoint is signed, so that each kill meets work."""
    from django.db import DatabaseError, connection

    from apps.audit.models import Checkpoint

    end = time.monotonic() + CALM_SECONDS
    size, told = None, len(storm.told_names())
    while True:
        assert time.monotonic() < end, "The portal did not come back to work."
        storm.check_alive()
        try:
            newest = Checkpoint.objects.count()
            size = newest if size is None else size
            if newest > size and len(storm.told_names()) >= told + CHANGES_BETWEEN:
                return
        except DatabaseError:
            connection.close()
        time.sleep(0.05)


def count_everything(storm: Storm) -> int:
    """Check that each acknowledged team is there, each team has its entry, and each entry its leaf."""
    from apps.accounts.models import Team
    from apps.audit.models import AuditEvent
    from apps.audit.services import seal_pending
    from tests.faults.whole import assert_whole

    seal_pending()
    teams = list(Team.objects.values_list("slug", flat=True))
    entries = list(AuditEvent.objects.filter(event="team.created").values_list("object_id", flat=True))
    lost = set(storm.told_names()) - set(teams)
    assert not lost, f"{len(lost)} acknowledged changes are gone."
    assert sorted(entries) == sorted(teams), "A change has no entry, or two, or an entry has no change."
    assert "refuses to sign" not in (storm.home / WORKER_LOG).read_text()
    assert_whole(AuditEvent.objects.count())
    return len(entries)


def rage(home: Path, kills: int, seed: int) -> None:
    """Run the storm to its end."""
    from django.db import connection

    from apps.audit.services import keyring

    keyring.signer()
    storm = Storm(home, seed)
    try:
        for number, victim in zip(range(1, kills + 1), cycle(VICTIMS), strict=False):
            work_goes_on(storm)
            time.sleep(storm.chance.random() * 0.5)
            say(f"kill {number} of {kills}: a {victim}, after {len(storm.told_names()):,} changes")
            connection.close()
            storm.kill(victim)
        work_goes_on(storm)
    finally:
        storm.end()
    entries = count_everything(storm)
    print(f"{kills} kills over {entries:,} changes: none lost, none doubled")


def main(kills: str, seed: str) -> None:
    """Make a portal of its own, and rage in it."""
    home = tempfile.mkdtemp(prefix="portal-storm-")
    os.environ |= {"PORTAL_HOME": home, "DJANGO_SETTINGS_MODULE": "portal.settings", "LOG_LEVEL": "ERROR"}
    os.environ.pop("PORTAL_POSTGRES_FSYNC", None)
    os.environ.pop("PORTAL_REDIS_DATABASE", None)
    from portal import embedded

    embedded.acquire()
    try:
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        rage(Path(home), int(kills), int(seed))
    finally:
        embedded.release()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
