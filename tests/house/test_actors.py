"""Every service that a person or a job may call asks who acts (DESIGN 4.1)."""

import importlib
import importlib.util
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from typing import Any

import apps
from apps.core.actors import Actor

WITHOUT_ACTOR = {
    # Signing in and out: the person whom it is about is the one who acts, or nobody is known yet.
    "accounts.authenticate_token",
    "accounts.code_problem",
    "accounts.passkey_problem",
    "accounts.password_problem",
    "accounts.record_failed_sign_in",
    "accounts.record_password_change",
    "accounts.record_sign_in",
    "accounts.record_sign_out",
    # Nobody acts: a program read a feed, and when that was is kept with it.
    "calendar.note_reading",
    # What the weekly job has looked at. It says nothing of a change.
    "accounts.note_briefing",
    "accounts.note_digests",
    # Jobs on a schedule. They name themselves in what they write (``actors.system``).
    "approvals.forget_unused_intents",
    "approvals.remind",
    "approvals.resume_clocks",
    "cards.remind_of_validation",
    "changes.remind_of_windows",
    "exports.resume_exports",
    "exports.warn_of_ledger_trouble",
    "exports.write_requested_export",
    "gates.resume_rehearsals",
    "insights.count_decisions",
    "insights.send_briefings",
    "insights.send_digests",
    "outbox.deliver_due",
    "reviews.remind_reviews",
    # The seal and its anchors are over entries that name their actors; they move nothing that those are about.
    "audit.anchor_checkpoint",
    "audit.ensure_sealed",
    "audit.seal_pending",
    "audit.sign_digest",
    "audit.sign_statement",
    # Parts of another service's transaction, which has the actor and writes the entry.
    "calendar.hold_calendar",
    "catalog.bump_graph",
    "evidence.keep_file",
    "exports.queue_writing",
    "gates.queue_rehearsal",
    "outbox.enqueue",
    "outbox.notify",
    "outbox.send_notification",
    # What hangs itself on another floor, and is handed the actor by it.
    "approvals.on_signed",
    "audit.on_recorded",
    "calendar.on_conflicts_changed",
    "calendar.on_disposition_ended",
    "reviews.review_ended_change",
    # Only reads, but for a challenge in the person's own session.
    "accounts.new_passkey_request",
    "accounts.passkey_request",
    "catalog.registry_at",
}


def _services() -> Iterator[tuple[str, Callable[..., Any]]]:
    for app in pkgutil.iter_modules(apps.__path__):
        if importlib.util.find_spec(f"apps.{app.name}.services") is None:
            continue
        module = importlib.import_module(f"apps.{app.name}.services")
        names = getattr(module, "__all__", None) or [
            name
            for name, found in inspect.getmembers(module, inspect.isfunction)
            if found.__module__ == module.__name__ and not name.startswith("_")
        ]
        found = {name: getattr(module, name) for name in names}
        yield from ((f"{app.name}.{name}", one) for name, one in found.items() if inspect.isfunction(one))


def _asks_who_acts(service: Callable[..., Any]) -> bool:
    actor = inspect.signature(service).parameters.get("actor")
    return (
        actor is not None
        and actor.kind is inspect.Parameter.KEYWORD_ONLY
        and actor.default is inspect.Parameter.empty
        and actor.annotation in (Actor, "Actor")
    )


def test_service_when_it_is_public_asks_who_acts() -> None:
    services = dict(_services())
    assert len(services) > 2 * len(WITHOUT_ACTOR)
    assert {name for name, service in services.items() if not _asks_who_acts(service)} == WITHOUT_ACTOR
