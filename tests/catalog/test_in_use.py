"""Which version is in use: one rule for the catalog, the cards, a person's home and a new change."""

from datetime import timedelta

import pytest

from apps.accounts.enums import Role
from apps.cards.selectors import list_models
from apps.catalog.models import Component, ComponentVersion
from apps.catalog.rules.in_use import in_use_among
from apps.catalog.selectors import version_in_use
from apps.changes.selectors import changes_visible_to
from apps.core import clock
from apps.insights.selectors.ownership import owned_by, owned_components
from tests.people import add_person


def versions(*aliases: list[str]) -> list[ComponentVersion]:
    """Return versions with these aliases, newest first; the oldest is called 1."""
    names = range(len(aliases), 0, -1)
    return [ComponentVersion(version=str(name), aliases=of) for name, of in zip(names, aliases, strict=True)]


@pytest.mark.parametrize(
    ("newest_first", "other_than", "expected"),
    [
        ([], "", None),
        ([[], []], "", "2"),
        ([[], ["Champion"]], "", "1"),
        ([["current"], [], ["PRODUCTION"]], "", "1"),
        ([["live"], ["live"]], "", "2"),
        ([[], [], []], "3", "2"),
        ([[], [], []], "1", None),
        ([[], ["champion"]], "1", "1"),
        ([[], []], "9", "2"),
    ],
)
def test_in_use_among_takes_the_alias_of_most_weight_else_the_newest(
    newest_first: list[list[str]], other_than: str, expected: str | None
) -> None:
    found = in_use_among(versions(*newest_first), other_than=other_than)
    assert (found.version if found else None) == expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("aliases", "expected"), [((["Production"], ["Champion"], []), "1"), (([], [], []), "3")]
)
def test_version_in_use_is_the_same_wherever_it_is_shown(
    aliases: tuple[list[str], ...], expected: str
) -> None:
    owner = add_person("priya", Role.OWNER)
    component = Component.objects.create(
        key="model:default/m", kind="model", name="m", owner_person=owner, source="portal"
    )
    for place, given in enumerate(aliases):
        name = {0: "2", 1: "1", 2: "3"}[place]
        released = clock.now() + timedelta(days=int(name))
        ComponentVersion.objects.create(
            component=component, version=name, aliases=given, released_at=released
        )
    ComponentVersion.objects.create(component=component, version="undated")

    in_use = version_in_use(component)

    assert in_use is not None
    assert in_use.version == expected
    (model,) = list_models(owner)
    (owned,) = owned_by(changes_visible_to(owner), owned_components(owner))
    assert (model.in_use, owned.version) == (in_use, expected)
