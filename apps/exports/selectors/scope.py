"""What belongs to a component or a change, and what a word may name besides the texts of entries."""

import re
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

from django.contrib.postgres.search import SearchQuery
from django.db import connection
from django.db.models import CharField, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.db.models.lookups import IsNull

from apps.accounts.models import User
from apps.audit.selectors import Filters, Word
from apps.calendar.models.periods import FROZEN
from apps.calendar.selectors import periods_naming
from apps.cards.models import ModelCard
from apps.catalog.models import Component, Contract
from apps.changes.enums import ChangeState
from apps.changes.models import Change, ChangeItem

MAX_WORDS = 6
"""A search takes no more words than this; what follows them is left out."""

OF_A_CHANGE = ("change", "booking")
"""What the ledger names by the change's own reference. Its signatures are entries about the change."""

_FEW = 200  # records that one word names; more of them make it a common word
_NAMED = re.compile(r"(CHG|CARD|PIR|FRZ|EXP)-\d{1,9}", re.ASCII | re.IGNORECASE)
_CHANGE = re.compile(r"CHG-\d{1,9}", re.ASCII)
_LETTERS = re.compile(r"\w+")

# Each name once, by a jump in the index from one to the next.
_EVENTS = """
WITH RECURSIVE names AS (
    (SELECT event FROM audit_event ORDER BY event LIMIT 1)
    UNION ALL
    SELECT (SELECT event FROM audit_event WHERE event > names.event ORDER BY event LIMIT 1)
    FROM names WHERE names.event IS NOT NULL
)
SELECT event FROM names WHERE event IS NOT NULL
"""


def resolved(filters: Filters, *, reader: User | None = None) -> Filters:
    """Return the filters with component, change and text turned into conditions.

    A word finds a change by its title. With a ``reader``, the titles of drafts that others have in hand stay unread.
    """
    only = filters.only
    if filters.component:
        only &= about_component(filters.component)
    if filters.change:
        only &= about_change(filters.change)
    words = filters.words + words_of(filters.text, reader=reader)
    return replace(filters, component="", change="", text="", only=only, words=words)


def about_component(key: str) -> Q:
    """Return the condition that an entry is about a component: itself, its contracts, cards and freezes, and every
    change that moves it, with its window and review. Four queries.
    """
    return _about(Component.objects.filter(key=key), listed=True) | Q(object_type="component", object_id=key)


def about_components(components: QuerySet[Component]) -> Q:
    """Return the same condition for many components, as one that asks the database while it reads entries."""
    return _about(components, listed=False) | _any(("component",), components.values("key"))


def _about(components: QuerySet[Component], *, listed: bool) -> Q:
    changes = Change.objects.filter(items__component__in=components)
    cards = ModelCard.objects.filter(version__component__in=components)
    parts = [
        (OF_A_CHANGE, _named("CHG-", changes)),
        (("review",), _named("PIR-", changes)),
        (("card",), _named("CARD-", cards)),
        (("freeze",), _named("FRZ-", periods_naming(components).filter(kind__in=FROZEN))),
        (("period",), _named("CAL-", periods_naming(components).exclude(kind__in=FROZEN))),
        (("contract",), Contract.objects.filter(provider__in=components).values_list("key", flat=True)),
    ]
    found = Q()
    for kinds, names in parts:
        # Names in a list are looked up in the index one by one; without any, there is nothing to ask.
        known = list(names) if listed else names
        if known:
            found |= _any(kinds, known)
    return found


def about_change(ref: str) -> Q:
    """Return the condition that an entry is about a change: itself and its signatures, its window, its review, and
    the cards of the versions that it moves to. One query.
    """
    number = ref.removeprefix("CHG-")
    found = _any(OF_A_CHANGE, [ref]) | _any(("review",), [f"PIR-{number}"])
    if not _CHANGE.fullmatch(ref):
        return found
    cards = list(_named("CARD-", ModelCard.objects.filter(version__in=_moved_to(int(number)))))
    return found | _any(("card",), cards) if cards else found


def about_changes(refs: Collection[str]) -> Q:
    """Return the same condition for several changes."""
    found = Q(pk=None)
    for ref in refs:
        found |= about_change(ref)
    return found


def _moved_to(number: int) -> QuerySet[Any]:
    return ChangeItem.objects.filter(change__number=number).values("to_version")


def _named(prefix: str, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the references of numbered records."""
    named = Concat(Value(prefix), Cast("number", CharField()), output_field=CharField())
    return rows.order_by().annotate(named=named).values_list("named", flat=True).distinct()


def _any(kinds: Iterable[str], names: Any) -> Q:
    return Q(object_type__in=kinds, object_id__in=names)


def words_of(text: str, *, reader: User | None) -> tuple[Word, ...]:
    """Return the words of a search with all that each may name; without letters there are none."""
    given = [word[:80] for word in text.replace("\x00", "").split() if _LETTERS.search(word)][:MAX_WORDS]
    if not given:
        return ()
    names = _Names(given, reader)
    return tuple(names.word(word) for word in given)


class _Names:
    """What words name: looked up for all of them at once, but for the titles of changes."""

    def __init__(self, words: list[str], reader: User | None) -> None:
        self._reader = reader
        self._events = _event_names()
        people, components = Q(), Q()
        for word in words:
            people |= (
                Q(first_name__istartswith=word) | Q(last_name__istartswith=word) | Q(username__iexact=word)
            )
            components |= Q(key__iexact=word) | Q(name__istartswith=word) | Q(title__icontains=word)
        found = User.objects.filter(people).order_by("pk")
        self._people = list(found.values_list("pk", "first_name", "last_name", "username")[:_FEW])
        named = Component.objects.filter(components).order_by("pk")
        self._components = list(named.values_list("key", "name", "title")[:_FEW])

    def word(self, word: str) -> Word:
        """Return a word with all that it names."""
        titled, listed = self._titled(word.lower())
        names = self._of(word, word.lower())
        if titled is None:
            return Word(word, names)
        return Word(word, (*names, titled)) if listed else Word(word, names, titled)

    def _of(self, word: str, low: str) -> tuple[Q, ...]:
        events = [name for name in self._events if low in name.replace("_", ".").split(".")]
        given = [Q(event__in=events)] if events else []
        given += self._records(word, low)
        people = [pk for pk, *names in self._people if _names_person(low, names)]
        if people:
            given.append(Q(actor_key__in=[f"person:{pk}" for pk in people]))
            given += [Q(actor_key__startswith=f"token:{pk}/") for pk in people]
            given.append(_any(("person",), [str(pk) for pk in people]))
        return tuple(given)

    def _records(self, word: str, low: str) -> list[Q]:
        keys = [
            key
            for key, name, title in self._components
            if low == key or name.lower().startswith(low) or low in title.lower()
        ]
        kinds = ("component", "contract", "team", "page")
        given = [_any(kinds, sorted({word, low, *keys}))]
        if _NAMED.fullmatch(word):
            given.append(_any((*OF_A_CHANGE, "card", "review", "freeze", "export"), [word.upper()]))
        return given

    def _titled(self, low: str) -> tuple[Q | None, bool]:
        """Return the condition for changes that are called so, and whether they are few enough to be listed."""
        parts = " & ".join(f"{part}:*A" for part in _LETTERS.findall(low))
        called = Change.objects.filter(search=SearchQuery(parts, search_type="raw", config="english"))
        if self._reader is not None:
            called = called.exclude(~Q(requester=self._reader), state=ChangeState.DRAFT)
        numbers = called.order_by().values_list("number", flat=True)
        few = [f"CHG-{number}" for number in numbers[: _FEW + 1]]
        if len(few) <= _FEW:
            return (_any(OF_A_CHANGE, few) if few else None), True
        # One look at one change for each entry. As a list or an EXISTS it would be read whole, whatever a page needs.
        subject = Subquery(called.filter(number=_NumberIn(OuterRef("object_id"))).values("pk")[:1])
        return Q(object_type__in=OF_A_CHANGE) & Q(IsNull(subject, False)), False


class _NumberIn(Func):
    """The number in ``CHG-1042``; null in any other text."""

    template = "substring(%(expressions)s from '^CHG-([0-9]{1,9})$')::int"
    output_field = IntegerField()


def _names_person(low: str, names: list[str]) -> bool:
    first, last, username = (name.lower() for name in names)
    return first.startswith(low) or last.startswith(low) or username == low


def _event_names() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(_EVENTS)
        return [row[0] for row in cursor.fetchall()]
