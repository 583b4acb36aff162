"""Who reads a page."""

from django.http import HttpRequest

from apps.accounts.models import User
from apps.core import actors
from apps.core.actors import Actor


def reader(request: HttpRequest) -> User:
    """Return the signed-in person. Only for views behind ``login_required``."""
    if not isinstance(request.user, User):
        raise TypeError("This view needs login_required.")
    return request.user


def actor_of(request: HttpRequest) -> Actor:
    """Return the signed-in person as the actor of what they do."""
    return actors.person(reader(request))
