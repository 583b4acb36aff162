"""The revisions of a change, and what is different between two."""

import re
from dataclasses import replace

from apps.accounts.models import User
from apps.changes.models import Change, Revision
from apps.changes.rules.difference import Difference, differences_between

_PERSON = re.compile(r"person:(\d+)")


def revision_of(change: Change, number: int) -> Revision | None:
    """Return a revision of a change with who submitted it, or None."""
    return change.revisions.select_related("submitted_by").filter(number=number).first()


def said_content(revision: Revision) -> list[Difference]:
    """Return the whole of a revision, field by field in words, as if nothing had been before it; one query."""
    return _named(differences_between({}, revision.content))


def differences(before: Revision, after: Revision) -> list[Difference]:
    """Return what is different between two revisions, with people by name; one query."""
    return _named(differences_between(before.content, after.content))


def _named(found: list[Difference]) -> list[Difference]:
    texts = [text for one in found for text in (one.before, one.after)]
    numbers = {int(number) for text in texts for number in _PERSON.findall(text)}
    names = {str(user.pk): str(user) for user in User.objects.filter(pk__in=numbers)} if numbers else {}

    def named(text: str) -> str:
        return _PERSON.sub(lambda match: names.get(match[1], "somebody who has left"), text)

    return [replace(one, before=named(one.before), after=named(one.after)) for one in found]
