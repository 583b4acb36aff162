"""The page of a change, by what it shows."""

from apps.web.change_page.page import context_of

__all__ = ["context_of"]
