"""Who reads a page."""

from django.http import HttpRequest

from apps.accounts.models import User


def reader(request: HttpRequest) -> User:
    """Return the signed-in person. Only for views behind ``login_required``."""
    if not isinstance(request.user, User):
        raise TypeError("This view needs login_required.")
    return request.user
