"""Who reads a page."""

import hashlib

from django.http import HttpRequest

from apps.accounts.models import User
from apps.accounts.selectors import remember_grants
from apps.core import actors
from apps.core.actors import Actor

SAFE = ("GET", "HEAD")


def reader(request: HttpRequest) -> User:
    """Return the signed-in person. Only for views behind ``login_required``."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("This view needs login_required.")
    if request.method in SAFE and user.grants_now is None:
        remember_grants(user)
    return user


def actor_of(request: HttpRequest) -> Actor:
    """Return the signed-in person as the actor of what they do."""
    return actors.person(reader(request))


def session_of(request: HttpRequest) -> str:
    """Return what names the person's session, and does not open it."""
    return f"session:{hashlib.sha256((request.session.session_key or '').encode()).hexdigest()}"
