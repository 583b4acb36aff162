"""Canonical JSON (RFC 8785) and the digests taken over it."""

import hashlib
from typing import Any

import rfc8785

from apps.core.errors import PortalError

LARGEST_EXACT = 2**53
"""From here on not every whole number has a float of its own, so RFC 8785 cannot express it."""

DEEPEST = 64
"""How many lists and objects may stand in each other: any reader of JSON can follow that far."""

_FROM_HERE_WITH_EXPONENT = 1e21


class NotCanonical(PortalError):
    """A value has no canonical JSON form: NaN, infinity, a number beyond 2**53, a lone surrogate, endless nesting."""


def canonical_bytes(value: Any) -> bytes:
    """Return the RFC 8785 bytes of a JSON value. Read and written again, they are the same bytes.

    Raises:
        NotCanonical: the value holds something that RFC 8785 cannot express, or that would not come back alike.
    """
    _refuse_what_does_not_come_back(value, DEEPEST)
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeError) as error:
        raise NotCanonical(f"This cannot be recorded exactly: {error}.") from error


def _refuse_what_does_not_come_back(value: Any, deeper: int) -> None:
    if isinstance(value, float):
        # RFC 8785 writes these without a point, so a reader takes them for integers, which have no exact float.
        if LARGEST_EXACT <= abs(value) < _FROM_HERE_WITH_EXPONENT:
            raise NotCanonical(f"This cannot be recorded exactly: {value} is beyond 2**53.")
    elif isinstance(value, dict | list | tuple):
        if not deeper:
            raise NotCanonical(
                f"This cannot be recorded: lists or objects stand in each other more than {DEEPEST} deep."
            )
        for item in value.values() if isinstance(value, dict) else value:
            _refuse_what_does_not_come_back(item, deeper - 1)


def digest(value: Any) -> str:
    """Return the lower-case hex SHA-256 over the canonical bytes of a JSON value."""
    return hashlib.sha256(canonical_bytes(value)).hexdigest()
