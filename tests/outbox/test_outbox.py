"""The outbox: sent at least once, shown once, given up in the end, and never in the way of a write."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.core import actors, clock
from apps.core.errors import Forbidden
from apps.outbox import handlers, selectors
from apps.outbox.models import Notification, OutboxMessage
from apps.outbox.rules import BACKOFF, MAX_ATTEMPTS
from apps.outbox.services import deliver_due, enqueue, mark_read, notify
from apps.outbox.services import writing as writing_module


@pytest.fixture
def zoe(db: None) -> User:
    return User.objects.create(username="zoe", email="zoe@example.org")


@pytest.fixture
def pokes(monkeypatch) -> list[str]:
    """Catch what wakes the worker."""
    sent: list[str] = []
    monkeypatch.setattr(writing_module.current_app, "send_task", lambda name, **_: sent.append(name))
    return sent


@pytest.fixture
def at(monkeypatch):
    """Move the clock by a span from now."""
    start = clock.now()

    def move(span: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: start + span)

    move(timedelta())
    return move


def tell(user: User, rule: str = "approval.due", **changes) -> None:
    given = {
        "user": user,
        "rule": rule,
        "subject": ("change", "CHG-1"),
        "due": clock.now(),
        "title": "Sign\nCHG-1",
        "body": "It waits for you.",
        "url": "/changes/CHG-1/",
    }
    notify(**(given | changes))


@pytest.mark.django_db
def test_notify_twice_shows_once_and_sends_once(zoe, at) -> None:
    tell(zoe)
    tell(zoe, title="Other words")
    assert [note.title for note in selectors.notifications_of(zoe)] == ["Sign\nCHG-1"]
    assert deliver_due() == 1
    assert deliver_due() == 0
    assert len(mail.outbox) == 1
    message = mail.outbox[0]
    assert (message.to, message.subject) == (["zoe@example.org"], "Sign CHG-1")
    assert "http://localhost:8000/changes/CHG-1/" in message.body


@pytest.mark.django_db
def test_notify_costs_one_statement_whether_new_or_not(zoe) -> None:
    due = clock.now()
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            tell(zoe, due=due)
        assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) == 1


@pytest.mark.django_db
def test_email_repeated_carries_the_same_message_id(zoe, at) -> None:
    tell(zoe)
    deliver_due()
    OutboxMessage.objects.update(delivered_at=None, due_at=clock.now())
    deliver_due()
    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"is_active": False}, {"email": ""}])
def test_email_to_someone_who_left_or_has_no_address_is_not_sent(zoe, change) -> None:
    tell(zoe)
    User.objects.update(**change)
    assert deliver_due() == 1
    assert not mail.outbox


@pytest.mark.django_db
def test_deliver_due_with_a_failing_receiver_backs_off_and_gives_up(at, monkeypatch) -> None:
    monkeypatch.setattr(handlers, "_handlers", {})
    tried = []

    def fails(key, payload):
        tried.append((key, payload))
        raise ConnectionError("503\x00")

    handlers.register("hook", fails)
    enqueue(topic="hook", key="a", payload={"n": 1})
    elapsed = timedelta()
    for wait in BACKOFF:
        deliver_due()
        assert deliver_due() == 0
        at(elapsed + wait - timedelta(seconds=1))
        deliver_due()
        elapsed += wait
        at(elapsed)
    deliver_due()
    at(elapsed + timedelta(days=30))
    assert deliver_due() == 0
    assert tried == [("a", {"n": 1})] * MAX_ATTEMPTS
    message = OutboxMessage.objects.get()
    assert (message.dead_at is not None, selectors.dead_count()) == (True, 1)
    assert message.last_error == "ConnectionError: 503"
    assert timedelta(days=2, hours=12) < elapsed < timedelta(days=4)


@pytest.mark.django_db
def test_deliver_due_of_a_topic_without_handler_keeps_the_message() -> None:
    enqueue(topic="nobody", key="a", payload={})
    assert deliver_due() == 0
    assert OutboxMessage.objects.get().last_error.startswith("LookupError")


@pytest.mark.django_db
def test_deliver_due_after_one_failure_delivers_the_others(zoe, monkeypatch) -> None:
    enqueue(topic="nobody", key="a", payload={})
    tell(zoe)
    assert deliver_due() == 1
    assert OutboxMessage.objects.filter(delivered_at=None, dead_at=None).count() == 1
    assert selectors.dead_count() == 0


@pytest.mark.django_db(transaction=True)
def test_deliver_due_by_two_workers_at_once_hands_out_each_message_once(monkeypatch) -> None:
    from threading import Barrier, Thread

    got: list[str] = []
    handlers.register("once", lambda key, payload: got.append(key))
    for number in range(40):
        enqueue(topic="once", key=str(number), payload={})
    together = Barrier(2)

    def work() -> None:
        together.wait()
        deliver_due()
        connection.close()

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(got, key=int) == [str(number) for number in range(40)]


@pytest.mark.django_db(transaction=True)
def test_commit_wakes_the_worker_once_and_a_rollback_never(zoe, pokes) -> None:
    with transaction.atomic():
        tell(zoe, rule="a")
        tell(zoe, rule="b")
    assert pokes == ["apps.outbox.tasks.task_deliver_outbox"]
    with transaction.atomic():
        tell(zoe, rule="c")
        transaction.set_rollback(True)
    assert len(pokes) == 1
    assert Notification.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_commit_with_the_broker_down_goes_through(zoe, monkeypatch, caplog) -> None:
    def down(name, **_):
        raise ConnectionError("no redis")

    monkeypatch.setattr(writing_module.current_app, "send_task", down)
    tell(zoe)
    assert Notification.objects.count() == 1
    assert "Beat delivers the outbox later" in caplog.text
    assert deliver_due() == 1


@pytest.mark.django_db
def test_mark_read_touches_only_the_actors_own(zoe) -> None:
    other = User.objects.create(username="yan", email="yan@example.org")
    tell(zoe, rule="a")
    tell(zoe, rule="b")
    tell(other, rule="a")
    theirs = Notification.objects.get(user=other)
    assert selectors.unread_count(zoe) == 2
    assert mark_read(actor=actors.person(zoe), ids=[theirs.pk]) == 0
    assert mark_read(actor=actors.person(zoe), ids=[selectors.notifications_of(zoe)[0].pk]) == 1
    assert mark_read(actor=actors.person(zoe)) == 1
    assert (selectors.unread_count(zoe), selectors.unread_count(other)) == (0, 1)
    with pytest.raises(Forbidden):
        mark_read(actor=actors.system("x"))
