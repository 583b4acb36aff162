"""Canonical JSON (RFC 8785) and the digests taken over it."""

import hashlib
from typing import Any

import rfc8785

from apps.core.errors import PortalError

LARGEST_EXACT = 2**53
"""From here on not every whole number has a float of its own, so RFC 8785 cannot express it."""


class NotCanonical(PortalError):
    """A value has no canonical JSON form: NaN, infinity, an integer beyond 2**53, a lone surrogate."""


def canonical_bytes(value: Any) -> bytes:
    """Return the RFC 8785 bytes of a JSON value.

    Raises:
        NotCanonical: the value holds something that RFC 8785 cannot express.
    """
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeError) as error:
        raise NotCanonical(f"This cannot be recorded exactly: {error}.") from error


def digest(value: Any) -> str:
    """Return the lower-case hex SHA-256 over the canonical bytes of a JSON value."""
    return hashlib.sha256(canonical_bytes(value)).hexdigest()
