"""What answers when the portal itself fails: a problem document under ``/api/``, a page anywhere else."""

from django.http import HttpRequest, HttpResponse

from apps.api import errors as api
from apps.web.views import errors as web


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer in the form that the caller reads."""
    return (api if request.path.startswith("/api/") else web).server_error(request)
