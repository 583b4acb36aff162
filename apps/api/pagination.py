"""Pages of a list: 50 at a time, newest first, by cursor, so that page 100 costs what the first does."""

from rest_framework.pagination import CursorPagination


class Newest(CursorPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = "-pk"
