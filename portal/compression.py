"""Pages go out compressed; files do not."""

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class CompressPages(GZipMiddleware):
    """Compress what a view has written, with Django's guard against BREACH.

    What is streamed is a file: a bundle is compressed already, and without its length nobody sees how far it is.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Return the response, compressed when it is a page and the reader's browser takes it so."""
        return response if response.streaming else super().process_response(request, response)
