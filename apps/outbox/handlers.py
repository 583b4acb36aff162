"""Who delivers what: one function a topic, registered from ``AppConfig.ready()``; and what a mail says besides."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps.outbox.models import Notification

Handler = Callable[[str, dict[str, Any]], None]
"""Deliver one message, given its key and payload. Any exception means: try again later."""

_handlers: dict[str, Handler] = {}


def register(topic: str, handler: Handler) -> None:
    """Let ``handler`` deliver every message of a topic. The last registration holds."""
    _handlers[topic] = handler


def handler_for(topic: str) -> Handler:
    """Return who delivers a topic.

    Raises:
        LookupError: nobody does.
    """
    if topic not in _handlers:
        raise LookupError(f"Nothing delivers messages of the topic {topic}.")
    return _handlers[topic]


@dataclass(frozen=True)
class MailLine:
    """A sentence and the address in the portal that it leads to (a path)."""

    said: str
    path: str


Line = Callable[[Notification], MailLine | None]
"""Return what the mail of a notification says below it, made when it is sent; or None."""

_lines: dict[str, Line] = {}


def add_to_mail(rule: str, line: Line) -> None:
    """Let the mails of a rule say something besides, which is not kept with the notification."""
    _lines[rule] = line


def line_for(note: Notification) -> MailLine | None:
    """Return what the mail of a notification says besides, or None."""
    line = _lines.get(note.rule)
    return line(note) if line else None
