"""The part of a form that says what is covered, and who answers for it."""

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any

from django import forms

from apps.accounts.models import User
from apps.accounts.selectors import active_people, teams
from apps.calendar.rules import Scope, scope_from
from apps.catalog.enums import ComponentKind
from apps.catalog.selectors import (
    closest_component,
    components_called,
    search_components,
    stages_in_use,
    tags_in_use,
)
from apps.changes.enums import ChangeClass

TIERS = [(str(tier), f"Tier {tier}") for tier in range(1, 5)]
OFFERED = 300
"""Components and people that the form offers by name; any other is named by its key or user name."""

COVERED = {"team": "teams", "kind": "kinds", "tier": "tiers", "tag": "tags"} | {
    "environment": "environments",
    "component": "components",
}
LEFT_OUT = {"component": "not_components", "tag": "not_tags", "change_class": "not_classes"}


def list_field(label: str, hint: str = "", offers: str = "") -> forms.CharField:
    """Return a field for several texts, with commas between them."""
    attrs = {"autocomplete": "off"} | ({"list": offers} if offers else {})
    return forms.CharField(
        label=label, help_text=hint, required=False, max_length=4_000, widget=forms.TextInput(attrs=attrs)
    )


def several_field(label: str, choices: Iterable[tuple[str, str]]) -> forms.MultipleChoiceField:
    """Return a field of boxes to tick."""
    return forms.MultipleChoiceField(
        label=label, choices=list(choices), required=False, widget=forms.CheckboxSelectMultiple
    )


class CoverageForm(forms.Form):
    """What is covered and what is left out of it, by facets, and who answers for it."""

    teams = list_field("Teams", offers="teams")
    kinds = several_field("Kinds", ComponentKind.choices)
    tiers = several_field("Tiers", TIERS)
    tags = list_field("Tags")
    environments = list_field("Environments", "The stage in the catalog, such as production.")
    components = list_field("Components", "By name, such as credit-risk.", offers="components")
    not_components = list_field("Components", offers="components")
    not_tags = list_field("Tags")
    not_classes = several_field("Changes that go as", ChangeClass.choices)
    owner = forms.CharField(
        label="Owner",
        help_text="The user name of who answers for it, and can be asked.",
        max_length=150,
        widget=forms.TextInput(attrs={"list": "people", "autocomplete": "off"}),
    )
    on_call = list_field("Who is on call", "User names. Needed for an on-call shift.", offers="people")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._user = user
        self._teams = {team.slug: team for team in teams()}
        self.fields["owner"].initial = user.username

    @property
    def offered(self) -> dict[str, list[tuple[str, str]]]:
        """Return what can be chosen by name: components, teams and people."""
        found = search_components(self._user, "").order_by("name", "key")[:OFFERED]
        return {
            "components": [(component.key, str(component)) for component in found],
            "teams": [(slug, team.name) for slug, team in self._teams.items()],
            "people": [(person.username, str(person)) for person in active_people()[:OFFERED]],
        }

    def clean_teams(self) -> str:
        """Return the teams' slugs; each must be one that there is, by its slug or its name."""
        named = {team.name.casefold(): slug for slug, team in self._teams.items()}
        found = []
        for text in texts_of(self.cleaned_data["teams"]):
            slug = text if text in self._teams else named.get(text.casefold())
            if slug is None:
                raise forms.ValidationError(f"There is no team “{text}”.")
            found.append(slug)
        return ", ".join(found)

    def clean_tags(self) -> str:
        """Return the tags; each must be one that a component has, or that was there before."""
        return self._known("tags", "tag", tags_in_use)

    def clean_not_tags(self) -> str:
        """Return the tags; each must be one that a component has, or that was there before."""
        return self._known("not_tags", "tag", tags_in_use)

    def clean_environments(self) -> str:
        """Return the environments; each must be one that a component is in, or that was there before."""
        return self._known("environments", "environment", stages_in_use)

    def _known(self, field: str, word: str, in_use: Callable[[User], set[str]]) -> str:
        texts = texts_of(self.cleaned_data[field])
        kept = set(texts_of(self.initial.get(field, "")))
        if kept.issuperset(texts):
            return ", ".join(texts)
        known = {each.casefold(): each for each in in_use(self._user) | kept}
        wrong = [_unknown(text, word, known) for text in texts if text.casefold() not in known]
        if wrong:
            raise forms.ValidationError(wrong)
        return ", ".join(text if text in kept else known[text.casefold()] for text in texts)

    def clean_components(self) -> str:
        """Return the keys of what is named: this person must be able to see each."""
        return self._keys("components")

    def clean_not_components(self) -> str:
        """Return the keys of what is named: this person must be able to see each."""
        return self._keys("not_components")

    def _keys(self, field: str) -> str:
        return ", ".join(keys_named(self._user, self.cleaned_data[field]))

    def clean_owner(self) -> User:
        """Return the person."""
        people = self._people(self.cleaned_data["owner"])
        if len(people) != 1:
            raise forms.ValidationError("Name one person.")
        return people[0]

    def clean_on_call(self) -> tuple[User, ...]:
        """Return the people."""
        return self._people(self.cleaned_data["on_call"])

    def _people(self, text: str) -> tuple[User, ...]:
        names = texts_of(text)
        known = {person.username: person for person in active_people().filter(username__in=names)}
        for name in names:
            if name not in known:
                raise forms.ValidationError(f"There is nobody with the user name “{name}”.")
        return tuple(known[name] for name in names)

    def scope(self) -> Scope:
        """Return what it covers. Raises Invalid."""
        return scope_from({"covers": self._facets(COVERED), "leaves_out": self._facets(LEFT_OUT)})

    def _facets(self, fields: dict[str, str]) -> dict[str, list[str]]:
        given = {facet: self.cleaned_data[field] for facet, field in fields.items()}
        return {
            facet: texts_of(each) if isinstance(each, str) else each for facet, each in given.items() if each
        }


def keys_named(user: User, text: str) -> list[str]:
    """Return the keys of the components that such a field names. Raises ValidationError for what is not one."""
    texts = texts_of(text)
    found = components_called(user, texts) if texts else {}
    wrong = [_unclear(user, each, keys) for each, keys in found.items() if len(keys) != 1]
    if wrong:
        raise forms.ValidationError(wrong)
    return list(dict.fromkeys(key for (key,) in found.values()))


def _unclear(user: User, text: str, keys: list[str]) -> str:
    """Return why a text names no component, or more than one, and what to write."""
    if keys:
        return f"“{text}” is the name of {len(keys)} components. Write one of {', '.join(keys)}."
    close = closest_component(user, text)
    said = f"There is no component “{text}”. Write its name or its key as the catalog has it."
    return f"{said} Did you mean {close}?" if close else said


def _unknown(text: str, word: str, known: dict[str, str]) -> str:
    """Return why a text names no tag or environment that a component has, and the nearest that do."""
    near = get_close_matches(text.casefold(), known, n=3)
    said = f"No component has the {word} “{text}”."
    if near:
        return f"{said} Did you mean {' or '.join(known[each] for each in near)}?"
    return f"{said} Write it as the catalog has it, or put it there first."


def texts_of(text: str) -> list[str]:
    """Return the texts of such a field, once each."""
    return list(dict.fromkeys(part.strip() for part in re.split(r"[,;\n]", text) if part.strip()))
