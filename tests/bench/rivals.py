"""What the ledger costs a change service, beside django-auditlog, django-simple-history and django-pghistory.

``python -m tests.bench.rivals SECONDS ROUNDS``, a process of its own with settings of its own, in the
bench's PORTAL_HOME. The write is the real ``save_why``, the wizard's step that writes a draft's reasons and promises:
it checks who may, locks the change, writes it and its metrics, judges the risk anew, and writes the search index.
CLIENTS processes call it without a pause, each on drafts of its own. Rounds alternate between five ways to run that
same service: without any record; with the ledger, while a sealer seals each second; and without the ledger but with
one of the libraries on the two models that the service writes, in the form that its documentation begins with, told
who writes as its own middleware would tell it.
"""

import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING

from django.db.models import Model

from tests.bench.children import END, Child

if TYPE_CHECKING:
    from apps.accounts.models import User

CLIENTS = 4
DRAFTS_EACH = 25
PLAIN, LEDGER, AUDITLOG, HISTORY, PGHISTORY = "plain", "ledger", "auditlog", "simple_history", "pghistory"
WAYS = (PLAIN, LEDGER, AUDITLOG, HISTORY, PGHISTORY)


def main(seconds: float, rounds: int) -> None:
    """Print the share of throughput that each way loses, as one JSON object."""
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.rivals_settings"
    django.setup()
    triggers = make_tables()
    drafts = make_drafts()
    switch(triggers, False)
    clients = {way: [Child(lambda way=way, mine=mine: client(way, mine)) for mine in drafts] for way in WAYS}  # type: ignore[misc]
    rates: dict[str, list[float]] = {way: [] for way in WAYS}
    with sealer():
        for number in range(rounds):
            # Each round begins with another way, so that none is always the one after a checkpoint of PostgreSQL.
            for way in WAYS[number % len(WAYS) :] + WAYS[: number % len(WAYS)]:
                if way == PGHISTORY:
                    switch(triggers, True)
                rates[way].append(one_round(clients[way], seconds))
                if way == PGHISTORY:
                    switch(triggers, False)
            said = ", ".join(f"{way} {rates[way][-1]:.0f}" for way in WAYS)
            print(f"round {number + 1} of {rounds}, calls a second: {said}", file=sys.stderr, flush=True)
    for children in clients.values():
        for child in children:
            child.end()
    print(json.dumps(losses(rates)))


def losses(rates: dict[str, list[float]]) -> dict[str, float]:
    """Return for each way the median, over the rounds, of the share that it loses against the plain one beside it."""
    names = {LEDGER: "overhead", **{way: f"overhead_{way}" for way in (AUDITLOG, HISTORY, PGHISTORY)}}
    return {
        name: round(
            statistics.median(1 - ours / plain for ours, plain in zip(rates[way], rates[PLAIN], strict=True)),
            4,
        )
        for way, name in names.items()
    }


def one_round(clients: list["Child"], seconds: float) -> float:
    """Let the clients call the service at the same time, and return the calls a second."""
    for child in clients:
        child.say(f"{seconds}\n")
    return sum(float(child.hear()) for child in clients)


def client(way: str, drafts: list[int]) -> None:
    """For each line of input, call the service for so many seconds, and answer with the calls a second."""
    take(way)
    call = caller(way, drafts)
    for line in iter(sys.stdin.readline, END):
        call()
        begin, calls = time.perf_counter(), 0
        while (taken := time.perf_counter() - begin) < float(line):
            call()
            calls += 1
        print(calls / taken, flush=True)


def caller(way: str, drafts: list[int]) -> Callable[[], object]:
    """Return a call of the service with new texts on one of the drafts."""
    from apps.changes.models import Change
    from apps.changes.rules.inputs import MetricInput
    from apps.changes.services import save_why
    from apps.core import actors

    changes = list(Change.objects.select_related("requester").filter(pk__in=drafts))
    chance = random.Random(drafts[0])

    def call() -> object:
        change, word = chance.choice(changes), f"{chance.random()}"
        with told_who(way, change.requester):
            return save_why(
                actor=actors.person(change.requester),
                change=change,
                title=f"Retrain the credit model, take {word}",
                summary=f"We teach the model with data up to September. {word}",
                outcome=f"Three more bad loans in a thousand are found. {word}",
                cost_of_waiting="Losses go on.",
                metrics=[MetricInput("AUC", 0.84, baseline=0.83, bound=0.82)],
            )

    return call


def written() -> list[type[Model]]:
    """Return the models that the service writes."""
    from apps.changes.models import Change, SuccessMetric

    return [Change, SuccessMetric]


def told_who(way: str, person: "User") -> AbstractContextManager[object]:
    """Tell a library who writes, for one call."""
    if way == AUDITLOG:
        from auditlog.context import set_actor

        return set_actor(person)
    if way == PGHISTORY:
        import pghistory

        return pghistory.context(user=person.pk)
    if way == HISTORY:
        from simple_history.models import HistoricalRecords

        HistoricalRecords.context.request = SimpleNamespace(user=person)
    return nullcontext()


def take(way: str) -> None:
    """Let this process record in one way alone."""
    from apps.changes.services import drafting

    if way != LEDGER:
        drafting.record_event = lambda **_: None  # type: ignore[assignment]
    if way == AUDITLOG:
        from auditlog.registry import auditlog

        for model in written():
            auditlog.register(model)
    if way == HISTORY:
        from simple_history import register

        for model in written():
            register(model, app="apps.changes")


def make_tables() -> list[str]:
    """Make the libraries' tables, and return the names of the triggers that one of them works by."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    history = Child(make_historys_table)
    history.end()
    pghistory = Child(make_pghistorys_table)
    names = pghistory.hear().split()
    pghistory.end()
    return names


def make_historys_table() -> None:
    from django.apps import apps
    from django.db import connection

    from apps.audit.services.protection import grant_privileges, owner_connection

    take(HISTORY)
    with owner_connection():
        with connection.schema_editor() as editor:
            for model in written():
                editor.create_model(apps.get_model("changes", f"Historical{model.__name__}"))
        grant_privileges()


def make_pghistorys_table() -> None:
    import pghistory
    import pgtrigger
    from django.apps import apps
    from django.db import connection

    from apps.audit.services.protection import grant_privileges, owner_connection

    pghistory.track(exclude=["search"])(written()[0])
    pghistory.track()(written()[1])
    triggers = [(model, trigger) for model, trigger in pgtrigger.registered() if model in written()]
    with owner_connection():
        with connection.schema_editor() as editor:
            for model in written():
                editor.create_model(apps.get_model("changes", f"{model.__name__}Event"))
        for model, trigger in triggers:
            trigger.install(model)
        grant_privileges()
    print(
        " ".join(f"{model._meta.db_table}:{trigger.get_pgid(model)}" for model, trigger in triggers),
        flush=True,
    )


def switch(triggers: list[str], on: bool) -> None:
    """Switch one library's triggers on or off."""
    from django.db import connection

    from apps.audit.services.protection import owner_connection

    with owner_connection(), connection.cursor() as cursor:
        for table, _, name in (trigger.partition(":") for trigger in triggers):
            cursor.execute(f"ALTER TABLE {table} {'ENABLE' if on else 'DISABLE'} TRIGGER {name}")


def make_drafts() -> list[list[int]]:
    """Make drafts for each client, with an item each, through the services."""
    from apps.accounts.enums import Role
    from apps.accounts.services import create_person, create_team, grant_role
    from apps.catalog.services import add_dependency, add_version, register_component
    from apps.changes.rules.inputs import ItemInput
    from apps.changes.services import save_what, start_draft
    from apps.core import actors, clock

    system = actors.system("bench")
    team = create_team(actor=system, slug="rivals", name="Rivals")
    person = create_person(
        actor=system,
        username="rival",
        name="Rival Doe",
        email="r@example.org",
        password="bench-passphrase-2026",
    )
    grant_role(actor=system, user=person, role=Role.REQUESTER, valid_from=clock.now() - timedelta(days=1))
    kinds = ("dataset", "model", "service")
    chain = [
        register_component(actor=system, kind=kind, name=f"rival-{kind}", owner_team=team) for kind in kinds
    ]
    for component in chain:
        for version in ("1", "2"):
            add_version(actor=system, component=component, version=version)
    add_dependency(actor=system, consumer=chain[1], provider=chain[0], kind="trains_on")
    add_dependency(actor=system, consumer=chain[2], provider=chain[1], kind="calls")

    def draft() -> int:
        change = start_draft(actor=actors.person(person))
        save_what(actor=actors.person(person), change=change, items=[ItemInput(chain[1].key, "2", "1")])
        return int(change.pk)

    return [[draft() for _ in range(DRAFTS_EACH)] for _ in range(CLIENTS)]


@contextmanager
def sealer() -> Iterator[None]:
    """Seal each second, in a process of its own, as the portal's worker does."""
    child = Child(seal_each_second)
    yield
    child.end()


def seal_each_second() -> None:
    """Seal until the input says something."""
    import select

    from apps.audit.services import seal_pending

    while not select.select([sys.stdin], [], [], 1)[0]:
        seal_pending()


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
