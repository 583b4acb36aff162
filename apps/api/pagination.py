"""Pages of a list: 50 at a time, newest first, by cursor, so that page 100 costs what the first does."""

from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request


class Newest(CursorPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = "-pk"

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Return the place that a call asks for. Raises NotFound unless it is one that we gave out."""
        cursor: Cursor | None = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None and not _is_key(str(cursor.position)):
            raise NotFound(self.invalid_cursor_message)
        return cursor


class InPlace(Newest):
    """The rows of one record, in their order in it."""

    ordering = "position"


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19
