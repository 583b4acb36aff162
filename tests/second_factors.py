"""Second factors for tests: an authenticator app that computes its codes as a phone does (RFC 6238)."""

import base64
import hashlib
import hmac
import struct
import time

from apps.accounts.models import User
from apps.accounts.services import add_code_app
from apps.core.actors import person

SECRET = base64.b32encode(b"twenty bytes, secret").decode()


def code(secret: str = SECRET, *, step: int = 0) -> str:
    """Return the code that an app shows now, or some half minutes from now."""
    counter = struct.pack(">Q", int(time.time()) // 30 + step)
    made = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    start = made[-1] & 15
    return f"{(int.from_bytes(made[start : start + 4], 'big') & 0x7FFFFFFF) % 10**6:06}"


def with_app(user: User, secret: str = SECRET) -> str:
    """Set an app up for a person, and return its secret."""
    add_code_app(actor=person(user), user=user, secret=secret, code=code(secret))
    return secret
