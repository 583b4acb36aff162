"""The revisions of a change, and what is different between two."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from apps.accounts.models import User
from apps.changes.models import Change, Revision
from apps.changes.rules.difference import Difference, differences_between

_PERSON = re.compile(r"person:(\d{1,9})(?!\d)", re.ASCII)


def revision_of(change: Change, number: int) -> Revision | None:
    """Return a revision of a change with who submitted it, or None."""
    return change.revisions.select_related("submitted_by").filter(number=number).first()


def named_content(revision: Revision) -> dict[str, Any]:
    """Return the content of a revision with people by name; one query."""
    return named_contents(revision.content)[0]


def differences(before: Revision, after: Revision) -> list[Difference]:
    """Return what is different between two revisions, with people by name; one query."""
    named = differences_between(*named_contents(before.content, after.content))
    # Someone may have typed a name where there was a number. That is a difference too.
    return named or differences_between(before.content, after.content)


def named_contents(*contents: dict[str, Any]) -> list[dict[str, Any]]:
    """Return contents with people by name, alike in all of them; one query."""
    numbers = {int(number) for text in _texts(contents) for number in _PERSON.findall(text)}
    people = {str(user.pk): str(user) for user in User.objects.filter(pk__in=numbers)} if numbers else {}
    names = {number: people.get(number, "somebody who has left") for number in map(str, numbers)}
    # Two people of one name are told apart, or one in place of the other would be no difference.
    often = Counter(names.values())
    told_apart = {
        number: f"{name} (person {number})" if often[name] > 1 else name for number, name in names.items()
    }
    return [_with_names(content, told_apart) for content in contents]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)


def _with_names(value: Any, people: dict[str, str]) -> Any:
    if isinstance(value, str):
        return _PERSON.sub(lambda match: people[str(int(match[1]))], value)
    if isinstance(value, dict):
        return {key: _with_names(one, people) for key, one in value.items()}
    if isinstance(value, list):
        return [_with_names(one, people) for one in value]
    return value
