"""The ``ledger`` section: what the ledger costs, how soon it is signed, and how fast a million entries are read.

Every limit is a ratio in one run, or a time, on this machine as it is. What each figure is of stands with its function.
"""

import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from bisect import bisect_right
from pathlib import Path

from django.core.management import call_command
from django.db import connection, transaction

from tests.bench import fill, fill_ledger
from tests.bench.__main__ import say
from tests.bench.children import END, Child
from tests.bench.lines import PERIOD, seconds_of
from tests.bench.pages import measure_one, served, sign_in
from tests.bench.rows import vacuum

SMALL = int(os.environ.get("BENCH_LEDGER_ENTRIES", "0"))
"""Fewer entries, for whoever works on this bench. What it then measures says nothing."""
ENTRIES = SMALL or fill_ledger.ENTRIES
RATE, RATE_SECONDS, WRITERS = 500, 20, 2
ROUNDS, ROUND_SECONDS = 40, 0.8
SYSTEM_PYTHON = "/usr/bin/python3"
LOOK_EVERY_SECONDS = 0.005


def measure() -> dict[str, float]:
    """Fill a portal, and return the figures."""
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    draw = random.Random(1042)
    reader, people = fill.make_people(draw)
    fill_ledger.make_ledger(draw, people, fill.NOW, ENTRIES)
    vacuum()
    figures = explorer(reader.username) | export() | verification() | sealing() | cost()
    say("  ".join(f"{key} {value}" for key, value in figures.items()))
    return figures


def explorer(username: str) -> dict[str, float]:
    """The 95th of a hundred calls to gunicorn, in milliseconds: newest entries, filtered ones, and a search."""
    asked = {
        "explorer": "/ledger/",
        "explorer_filter": "/ledger/?kind=signatures&by=person&start=2026-03-01&end=2026-06-30",
        "explorer_search": "/ledger/?q=fraud+figures+47",
    }
    with served() as address:
        headers = {"Cookie": sign_in(address, username)}
        measured = {
            name: measure_one(name, address, ("GET", path, None), headers) for name, path in asked.items()
        }
    return {f"{name}_p95_ms": figures[f"{name}_p95_ms"] for name, figures in measured.items()}


# ---------------------------------------------------------------- export and verification


def export() -> dict[str, float]:
    """Rows a second of the JSONL export, as a share of ``COPY … TO STDOUT`` of the same rows, each the best of two.

    The peak is the memory that the exporting process ever held, in megabytes, Python and Django included.
    """
    say("exporting JSON lines")
    command = [sys.executable, "-m", "tests.bench.lines"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


_BARE_PASS = """
import hashlib, sys, time, zipfile
began, digest = time.perf_counter(), hashlib.sha256()
with zipfile.ZipFile(sys.argv[1]) as archive:
    for name in archive.namelist():
        with archive.open(name) as member:
            while chunk := member.read(1 << 20):
                digest.update(chunk)
print(time.perf_counter() - began)
"""


def verification() -> dict[str, float]:
    """Seconds that verify.py takes by the system's own Python for a bundle of all entries, the better of two.

    The ratio is to reading every file of the bundle once, by the same Python, into one SHA-256.
    """
    from apps.core import actors
    from apps.exports.rules.orders import Order, Scope
    from apps.exports.services import export_to_file

    say("writing a bundle")
    python = SYSTEM_PYTHON if Path(SYSTEM_PYTHON).exists() else sys.executable
    home = Path(os.environ["PORTAL_HOME"])
    out, script = home / "bundle.zip", home / "verify.py"
    took = seconds_of(
        lambda: export_to_file(actor=actors.system("bench"), order=Order(Scope(*PERIOD)), out=out)
    )
    say(f"{out.stat().st_size / 1e6:.0f} MB written in {took:.0f} s; verifying")
    from apps.exports.verifier import verify

    shutil.copy(verify.__file__, script)
    command = [python, "-I", "-S", str(script), str(out), "--key", str(home / "ledger.pub")]
    verified, bare = [], []
    for _ in range(2):
        verified.append(seconds_of(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)))
        answer = subprocess.run(
            [python, "-I", "-S", "-c", _BARE_PASS, str(out)], check=True, stdout=subprocess.PIPE, text=True
        )
        bare.append(float(answer.stdout))
    out.unlink()
    say(f"verified in {min(verified):.1f} s, hashed in {min(bare):.2f} s")
    return {
        "verify_s": round(min(verified), 2),
        "verify_ratio_sha256": round(min(verified) / min(bare), 2),
    }


# ---------------------------------------------------------------- commit to signed


def sealing() -> dict[str, float]:
    """Seconds from the commit of an entry until a checkpoint over it can be read, at RATE entries a second.

    A real worker with its beat seals, each second; WRITERS processes write, and one looks each few milliseconds.
    """
    say(f"{RATE} entries a second for {RATE_SECONDS} s, with a worker and its beat")
    command = [
        sys.executable,
        "-m",
        "celery",
        "--quiet",
        "-A",
        "portal",
        "worker",
        "--beat",
        "--queues",
        "celery",
    ]
    worker = subprocess.Popen([*command, "--concurrency", "1"], stdout=subprocess.DEVNULL)
    try:
        wait_for_seal()
        looker = Child(look)
        writers = [Child(lambda who=who: write(who)) for who in range(WRITERS)]  # type: ignore[misc]
        committed = dict(pair for writer in writers for pair in json.loads(writer.hear()))
        for writer in writers:
            writer.end()
        time.sleep(3)
        looker.say(END)
        seen = json.loads(looker.hear())
        looker.bury()
    finally:
        worker.terminate()
        worker.wait(30)
    rate = len(committed) / (max(committed.values()) - min(committed.values()))
    say(f"{rate:.0f} entries a second were written, and {len(seen)} checkpoints signed")
    taken = sorted(latencies(committed, seen))
    return {
        "seal_p50_s": round(statistics.median(taken), 3),
        "seal_p99_s": round(taken[len(taken) * 99 // 100], 3),
    }


def wait_for_seal() -> None:
    """Write an entry and wait until the worker has sealed it: then all is up."""
    from apps.audit.models import AuditPending

    write_one(0)
    end = time.monotonic() + 60
    while AuditPending.objects.exists():
        assert time.monotonic() < end, "The worker sealed nothing within a minute."
        time.sleep(0.1)


def write_one(who: int) -> int:
    from apps.audit.services import record_event
    from apps.core import actors

    with transaction.atomic():
        return record_event(
            event="bench.noted", actor=actors.system("bench"), obj=("bench", str(who)), data={"n": who}
        )


def write(who: int) -> None:
    """Write at an even pace, and answer with the number of each entry and when it was committed."""
    done, pace = [], WRITERS / RATE
    begin = time.monotonic() + who * pace / WRITERS
    for number in range(RATE * RATE_SECONDS // WRITERS):
        time.sleep(max(0.0, begin + number * pace - time.monotonic()))
        pk = write_one(1 + who * 50 + number % 50)
        done.append((pk, time.monotonic()))
    print(json.dumps(done), flush=True)
    sys.stdin.readline()


def look() -> None:
    """Look for new checkpoints until told to stop; answer with the size and the time of each."""
    import select

    seen: list[tuple[int, float]] = []
    with connection.cursor() as cursor:
        while not select.select([sys.stdin], [], [], LOOK_EVERY_SECONDS)[0]:
            cursor.execute("SELECT size FROM audit_checkpoint ORDER BY size DESC LIMIT 1")
            size = cursor.fetchone()[0]
            if not seen or size > seen[-1][0]:
                seen.append((size, time.monotonic()))
    print(json.dumps(seen), flush=True)


def latencies(committed: dict[int, float], seen: list[list[float]]) -> list[float]:
    """Return the seconds that each entry waited for its signature."""
    from apps.audit.models import AuditLeaf

    sizes = [size for size, _ in seen]
    leaves = AuditLeaf.objects.filter(event_id__gte=min(committed)).values_list("event_id", "index")
    places = {event_id: index for event_id, index in leaves.iterator() if event_id in committed}
    assert places.keys() == committed.keys(), "Some entries were never sealed."
    return [seen[bisect_right(sizes, index)][1] - committed[pk] for pk, index in places.items()]


# ---------------------------------------------------------------- cost


def cost() -> dict[str, float]:
    """The shares of a change service's throughput that ``tests.bench.rivals`` measures."""
    say("the cost of a record, beside other libraries")
    rounds = 3 if SMALL else ROUNDS
    command = [sys.executable, "-m", "tests.bench.rivals", str(ROUND_SECONDS), str(rounds)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))
