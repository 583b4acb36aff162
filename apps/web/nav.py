"""The portal's destinations: one list for the top bar, the phone menu and the palette."""

from dataclasses import dataclass

from django.urls import reverse


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
# What the work rests on: too seldom asked for to stand in the bar, so it stands in the menu.
_BESIDE = (
    ("Approval policy", "policy"),
    ("Checks", "checks"),
    ("Dashboards", "dashboards"),
    ("Playbooks", "playbooks"),
    ("Rules", "rules"),
    ("Standard changes", "standards"),
    ("Templates", "templates"),
    ("Training", "training"),
)


def destinations(path: str) -> list[Destination]:
    """Return the main pages in order, with the one that ``path`` lies under marked as current.

    Exports are reached through the ledger, so they lie under it; so do standard changes and answers of the gate under
    changes, and evidence under the component that it is about.
    """
    if path.startswith(reverse("web:standards")):
        path = f"{reverse('web:changes')}standard/"
    if path.startswith("/gate/"):
        path = reverse("web:changes")
    if path.startswith("/evidence/"):
        path = reverse("web:catalog")
    if path.startswith(reverse("web:exports")):
        path = f"{reverse('web:ledger')}exports/"
    return _marked(_PAGES, path)


def beside(path: str) -> list[Destination]:
    """Return the pages beside the main ones, which the menus, the palette and the help name."""
    return _marked(_BESIDE, path)


def _marked(pages: tuple[tuple[str, str], ...], path: str) -> list[Destination]:
    urls = [(label, name, reverse(f"web:{name}")) for label, name in pages]
    return [Destination(label, name, url, _current(path, url)) for label, name, url in urls]


def _current(path: str, url: str) -> str:
    if path == url:
        return "page"
    return "true" if url != "/" and path.startswith(url) else ""
