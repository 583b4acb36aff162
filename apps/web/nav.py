"""The portal's destinations: one list for the top bar, the phone menu and the palette."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse


@dataclass(frozen=True)
class Destination:
    """A page of the main navigation. ``current`` is what ``aria-current`` says, or empty."""

    label: str
    name: str
    url: str
    current: str


_PAGES = (
    ("Home", "home"),
    ("Inbox", "inbox"),
    ("Changes", "changes"),
    ("Calendar", "calendar"),
    ("Catalog", "catalog"),
    ("Models", "models"),
    ("Briefings", "briefings"),
    ("Reviews", "reviews"),
    ("Ledger", "ledger"),
)


def destinations(path: str) -> list[Destination]:
    """Return the main pages in order, with the one that ``path`` lies under marked as current."""
    found = []
    for label, name in _PAGES:
        try:
            url = reverse(f"web:{name}")
        except NoReverseMatch:
            continue
        found.append(Destination(label, name, url, _current(path, url)))
    return found


def _current(path: str, url: str) -> str:
    if path == url:
        return "page"
    return "true" if url != "/" and path.startswith(url) else ""
