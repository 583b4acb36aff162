"""What a list is narrowed by, in words: each filter in force, and what an empty list says."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.forms import Form

NAMED = ("Team", "Tag", "Component", "Find")
"""Filters by what has a name of its own, which keeps its capitals."""


def applied(
    form: Form, query: Mapping[str, str], words: Mapping[str, str], base: str = ""
) -> list[dict[str, str]]:
    """Return each filter in force as people say it (``said``), with the address that leads on without it.

    ``words`` names the fields in the order in which they are said; ``base`` is the list's address. Of a form that
    cannot be read nothing is in force.
    """
    chosen: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    kept = {name: value for name, value in query.items() if value and name != "page"}
    found = []
    for name, word in words.items():
        if chosen.get(name):
            choices = dict(getattr(form.fields[name], "choices", ()))
            said = in_words(word, str(choices.get(chosen[name], "")) if choices else chosen[name])
            rest = {key: value for key, value in kept.items() if key != name}
            found.append({"said": said, "without": f"{base}?{urlencode(rest)}"})
    return found


def in_words(word: str, said: str) -> str:
    """Return a filter as people say it: "Team: Credit Risk", "Tier 1", "State: in review"."""
    if said.startswith(f"{word} "):
        return said
    return f"{word}: {said if word in NAMED else said.lower()}"


def no_match(filters: list[dict[str, str]]) -> str:
    """Return what an empty list says: which filters nothing passes, and what to do."""
    said = [f"“{one['said']}”" for one in filters]
    if len(said) < 2:
        return f"Nothing here is {''.join(said)}. Take it away, or look in another view."
    return f"Nothing is {', '.join(said[:-1])} and {said[-1]} at once. Take one away above."
