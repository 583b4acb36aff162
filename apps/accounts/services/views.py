"""The views that a person saves. They decide nothing, shared with a team or not, so the ledger has no entry."""

from django.db import transaction

from apps.accounts.models import SavedView, Team, User
from apps.accounts.selectors import teams_to_share_with
from apps.core.actors import Actor
from apps.core.errors import Forbidden, Invalid

MAX_VIEWS = 20
MAX_NAME = 60
MAX_QUERY = 1000


@transaction.atomic
def save_view(*, actor: Actor, page: str, name: str, query: str) -> SavedView:
    """Save a view of a page under a name. One of the same name is replaced.

    Raises:
        Forbidden: the actor is no person.
        Invalid: the name is missing or too long, the filters are too long, or there are as many as there may be.
    """
    owner = _person(actor)
    clean = _checked(name)
    if len(query) > MAX_QUERY:
        raise Invalid({"name": ["These filters are too long to be saved. Drop some."]})
    # Held, so that two at once cannot pass the limit.
    User.objects.select_for_update().get(pk=owner.pk)
    own = SavedView.objects.filter(user=owner, page=page)
    if not own.filter(name=clean).exists() and own.count() >= MAX_VIEWS:
        raise Invalid({"name": [f"You have {MAX_VIEWS} views of this page. Remove one first."]})
    return SavedView.objects.update_or_create(user=owner, page=page, name=clean, defaults={"query": query})[0]


@transaction.atomic
def rename_view(*, actor: Actor, view: SavedView, name: str) -> SavedView:
    """Give a view another name.

    Raises:
        Forbidden: it is not the actor's own.
        Invalid: the name is missing, too long, or that of another view.
    """
    _own(actor, view)
    clean = _checked(name)
    User.objects.select_for_update().get(pk=view.user_id)
    others = SavedView.objects.filter(user=view.user_id, page=view.page, name=clean).exclude(pk=view.pk)
    if others.exists():
        raise Invalid({"name": ["Another of your views has this name."]})
    view.name = clean
    view.save(update_fields=["name", "updated_at"])
    return view


@transaction.atomic
def share_view(*, actor: Actor, view: SavedView, team: Team | None) -> SavedView:
    """Let the members of a team see a view, or nobody but its person (None).

    Raises:
        Forbidden: it is not the actor's own, or they neither work in the team nor are a Change Manager over everything.
    """
    owner = _own(actor, view)
    if team is not None and not teams_to_share_with(owner).filter(pk=team.pk).exists():
        raise Forbidden(f"You do not work in {team}.", remedy="Share the view with a team that you work in.")
    view.shared_with = team
    view.save(update_fields=["shared_with", "updated_at"])
    return view


@transaction.atomic
def delete_view(*, actor: Actor, view: SavedView) -> None:
    """Remove a view. Raises Forbidden when it is not the actor's own."""
    _own(actor, view)
    SavedView.objects.filter(pk=view.pk).delete()


def _person(actor: Actor) -> User:
    if not isinstance(actor.user, User):
        raise Forbidden("Only a person can save a view.")
    return actor.user


def _own(actor: Actor, view: SavedView) -> User:
    person = _person(actor)
    if person.pk != view.user_id:
        raise Forbidden("This view is another person's.")
    return person


def _checked(name: str) -> str:
    clean = " ".join(name.replace("\x00", "").split())
    if not clean:
        raise Invalid({"name": ["Give the view a name."]})
    if len(clean) > MAX_NAME:
        raise Invalid({"name": [f"Shorten the name to {MAX_NAME} characters. It has {len(clean)}."]})
    return clean
