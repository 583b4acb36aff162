"""Who delivers what: one function a topic, registered from ``AppConfig.ready()``."""

from collections.abc import Callable
from typing import Any

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
