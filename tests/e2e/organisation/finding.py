"""How tests find a record of the organisation."""

from apps.cards.models import ModelCard
from apps.changes.models import Change

Names = dict[str, str]


def of_state(state: str, *, requester: str = "") -> Change:
    """Return the first change in a state."""
    found = Change.objects.filter(state=state).order_by("number")
    return found.filter(requester__username__contains=requester)[0]


def by_ref(ref: str) -> Change:
    """Return the change with a number."""
    return Change.objects.get(number=int(ref.removeprefix("CHG-")))


def card_of(model: str, version: str) -> ModelCard:
    """Return the card of a version."""
    return ModelCard.objects.get(version__component__key=f"model:default/{model}", version__version=version)
