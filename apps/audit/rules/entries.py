"""The form of a ledger entry.

An entry is RFC 8785 JSON: ``{"actor","at","data","event","object":{"id","seq","type"},"private","v":1}``.
The sequence number is known only inside the database, under the object's lock, so an entry is built as the
bytes before and after it.
"""

import hashlib
import json
import os
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from apps.core import clock
from apps.core.actors import Actor
from apps.core.canonical import NotCanonical, canonical_bytes
from apps.core.errors import PortalError

MAX_ENTRY_BYTES = 65_535
SALT_BYTES = 16
_SEQ_DIGITS = 19  # the longest bigint


class ObjectRef(NamedTuple):
    """What an entry is about: a type such as ``change`` and a name such as ``CHG-1042``."""

    type: str
    ident: str


class EntryTooLarge(PortalError):
    """An entry passes 65,535 bytes. Larger content belongs in it by digest."""


class NotRecordable(PortalError):
    """A name or a text holds a character that the database cannot keep (NUL or a lone surrogate)."""


@dataclass(frozen=True)
class PrivateText:
    """A text that the entry holds only as a salted digest."""

    name: str
    salt: bytes
    text: str

    @property
    def digest(self) -> str:
        """Return the hex SHA-256 over the salt followed by the UTF-8 text."""
        return hashlib.sha256(self.salt + self.text.encode()).hexdigest()


@dataclass(frozen=True)
class Draft:
    """An entry without its sequence number: the bytes on both sides of it."""

    event: str
    actor_key: str
    obj: ObjectRef
    at: datetime
    before_seq: bytes
    after_seq: bytes
    texts: list[PrivateText] = field(default_factory=list)


def draft(
    *, event: str, actor: Actor, obj: ObjectRef, at: datetime, data: dict[str, Any], private: dict[str, str]
) -> Draft:
    """Return an entry that lacks only its sequence number.

    Raises:
        EntryTooLarge: the entry would pass 65,535 bytes.
        NotCanonical: ``data`` has no canonical form.
        NotRecordable: a name or a private text holds NUL or a lone surrogate.
    """
    texts = [_salted(name, text) for name, text in private.items()]
    for name in (event, actor.key, *obj):
        _refuse_unstorable(name, "A name in the ledger")
    whole = canonical_bytes(
        {
            "actor": {"id": actor.ident, "kind": actor.kind},
            "at": clock.iso(at),
            "data": data,
            "event": event,
            "object": {"id": obj.ident, "seq": 0, "type": obj.type},
            "private": {text.name: text.digest for text in texts},
            "v": 1,
        }
    )
    # Sought from the end: behind these marks stand only strings, in which no quotation mark is without its escape.
    number = whole.rindex(b'"seq":0,', 0, whole.rindex(b'},"private":{')) + len(b'"seq":')
    before_seq, after_seq = whole[:number], whole[number + 1 :]
    size = len(before_seq) + _SEQ_DIGITS + len(after_seq)
    if size > MAX_ENTRY_BYTES:
        raise EntryTooLarge(
            f"A ledger entry may hold {MAX_ENTRY_BYTES:,} bytes; this one, {event}, would hold {size:,}.",
            remedy="Record the digest of the large content instead of the content.",
        )
    return Draft(event, actor.key, obj, at, before_seq, after_seq, texts)


def decoded(entry: bytes) -> dict[str, Any]:
    """Return an entry's JSON object."""
    value: dict[str, Any] = json.loads(entry)
    return value


def _salted(name: str, text: str) -> PrivateText:
    _refuse_unstorable(name, "The name of a private text")
    _refuse_unstorable(text, f"The text “{name}”")
    return PrivateText(name, os.urandom(SALT_BYTES), text)


def _refuse_unstorable(value: str, what: str) -> None:
    if "\x00" in value or any("\ud800" <= char <= "\udfff" for char in value if char > "\ud7ff"):
        raise NotRecordable(f"{what} holds a character that cannot be stored.", remedy="Remove it.")


__all__ = [
    "MAX_ENTRY_BYTES",
    "Draft",
    "EntryTooLarge",
    "NotCanonical",
    "NotRecordable",
    "ObjectRef",
    "PrivateText",
    "decoded",
    "draft",
]
