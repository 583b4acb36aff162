"""Where playbooks are pointed out: at a component, and at whatever upper floors name."""

from collections.abc import Callable, Collection, Iterable

from apps.accounts.models import User
from apps.catalog.models import Component
from apps.playbooks.enums import UseState
from apps.playbooks.models import PlaybookVersion
from apps.playbooks.selectors.playbooks import playbooks_visible_to

COMPONENT = "component"
Known = Callable[[Collection[str]], set[str]]


def _components(keys: Collection[str]) -> set[str]:
    return set(Component.objects.filter(key__in=list(keys), retired_at=None).values_list("key", flat=True))


_kinds: dict[str, Known] = {COMPONENT: _components}


def serve_places(kind: str, known: Known) -> None:
    """Let playbooks be pointed out at a kind of place; called from ``ready`` of whoever owns it.

    ``known`` answers which of some keys there are.
    """
    _kinds[kind] = known


def unknown_places(kind: str, keys: Collection[str]) -> list[str]:
    """Return the keys of a kind that name nothing, in their order."""
    known = _kinds[kind](keys) if kind in _kinds else set()
    return [key for key in keys if key not in known]


def place(kind: str, key: str) -> str:
    """Return the name of a place, as a playbook keeps it."""
    return f"{kind}:{key}"


def keys_at(places: Iterable[str], kind: str) -> list[str]:
    """Return the keys of one kind among places."""
    return [each.removeprefix(f"{kind}:") for each in places if each.startswith(f"{kind}:")]


def playbooks_at(user: User, places: Collection[str]) -> list[PlaybookVersion]:
    """Return the playbooks in use that are pointed out at any of these places; one query."""
    found = playbooks_visible_to(user).filter(playbook__state=UseState.ACTIVE)
    return list(found.filter(playbook__places__overlap=list(places))) if places else []
