"""Entries of the ledger in plain words: what happened, who did it, to what, and where to see that."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.urls import NoReverseMatch, reverse

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.rules import describe
from apps.audit.selectors import Entry
from apps.core import clock
from apps.core.actors import person_behind
from apps.evidence.enums import Outcome, Stage
from apps.gates.enums import Answer
from apps.insights.rules.grammar import count
from apps.web import dates
from apps.web.entry_words import AHEAD, JOBS, REFUSED, WORDS

# type of record → its page.
_PAGES = {
    "change": "change",
    "component": "component",
    "card": "card",
    "review": "review",
    "template": "template",
    "document": "document",
    "playbook": "playbook",
    "drill": "drill",
    "course": "course",
    "policy": "policy-version",
    "standard": "standard",
    "freeze": "period",
    "period": "period",
    "export": "export",
    "waiver": "waiver",
    "conflict": "conflict",
    "evidence": "evidence",
    "checks": "checks-version",
    "rules": "rules-version",
    "rule_waiver": "rule-waiver",
    "briefing": "briefing-version",
}

# types whose page is named by the number of their reference alone.
_NUMBERED = {"checks": "CHECKS-", "rules": "RULES-", "rule_waiver": "RWV-", "briefing": "BRF-"}


@dataclass(frozen=True)
class Who:
    """The actor as people read it: printed name, how they came, and an icon."""

    name: str
    note: str
    icon: str
    kind: str
    user: User | None


@dataclass(frozen=True)
class Row:
    """One entry as a line of the ledger."""

    entry: Entry
    who: Who
    said: str
    refused: bool
    record: str
    url: str

    @property
    def number(self) -> int:
        """Return the number in the entry's permanent link."""
        return self.entry.number

    @property
    def quotes(self) -> list[str]:
        """Return what the actor gave as a reason or a note, in their own words. A refusal's reason is what it says."""
        given = [self.entry.private.get(name) for name in ("reason", "note")]
        return [] if self.refused else [text for text in given if text]

    @property
    def place(self) -> int | None:
        """Return which entry of the ledger this is, counted from 1; None while it waits for its seal."""
        return None if self.entry.leaf is None else self.entry.leaf + 1

    @property
    def utc(self) -> str:
        """Return when it was written, to the second, in UTC."""
        at = self.entry.event.at.astimezone(UTC)
        year = "" if at.year == clock.now().year else f" {at.year}"
        return f"{at.day} {at:%b}{year}, {at:%H:%M:%S}"

    @property
    def local(self) -> str:
        """Return the same time in the reader's zone, with the day when that is another; empty where UTC is the same."""
        at = self.entry.event.at.astimezone(dates.zone_of())
        if not at.utcoffset():
            return ""
        day = "" if at.date() == self.entry.event.at.astimezone(UTC).date() else f"{at.day} {at:%b}, "
        return f"{day}{at:%H:%M} {dates.zone_name(at).partition(',')[0]}"


def rows(entries: Iterable[Entry]) -> list[Row]:
    """Return entries as lines, with the printed names of all their people in one query."""
    found = list(entries)
    numbers = {number for entry in found for number in _people_in(entry)}
    people = User.objects.in_bulk(numbers) if numbers else {}
    return [_row(entry, people) for entry in found]


def _people_in(entry: Entry) -> Iterable[int]:
    subject = f"{entry.event.object_type}:{entry.event.object_id}"
    return (n for n in map(person_behind, (entry.event.actor_key, subject)) if n is not None)


def people_called(keys: Iterable[str]) -> dict[str, str]:
    """Return the printed names behind actors such as ``person:12``, in one query."""
    numbers = {key: person_behind(key) for key in keys}
    people = User.objects.in_bulk([number for number in numbers.values() if number is not None])
    return {key: str(people[number]) if number in people else key for key, number in numbers.items()}


def _row(entry: Entry, people: dict[int, User]) -> Row:
    event = entry.event
    return Row(
        entry=entry,
        who=_who(event.actor_key, event.event, people),
        said=said(entry),
        refused=event.event == REFUSED,
        record=_record(event.object_type, event.object_id, people),
        url=address(event.object_type, event.object_id),
    )


def _who(actor_key: str, event: str, people: dict[int, User]) -> Who:
    kind, _, ident = actor_key.partition(":")
    if not kind:
        return Who("Not kept", "The entry is retired", "history", kind, None)
    if kind == "system":
        return Who("Countersign", JOBS.get(ident, ident), "server-2", kind, None)
    number = person_behind(actor_key)
    user = people.get(number) if number is not None else None
    name = str(user) if user else "Somebody who has left"
    if kind == "token":
        return Who(name, f"By token {ident.partition('/')[2]}", "robot", kind, user)
    signed = event in ("approval.signed", "approval.rejected", "approval.went_ahead")
    return Who(name, "", "writing-sign" if signed else "user", kind, user)


def said(entry: Entry) -> str:
    """Return what the actor did, in words; for a refusal, the reason they were given."""
    event = entry.event.event
    if event == REFUSED:
        return entry.private.get("reason") or "the reason has been erased"
    words = AHEAD if event == "change.approved" and entry.data.get("went_ahead") else WORDS.get(event)
    if words is None:
        return event.replace(".", " ").replace("_", " ")
    try:
        return words.format_map(_facts(entry.data))
    except KeyError:
        # An entry of before a fact was recorded still says what happened.
        return words.partition("{")[0].rstrip(" :,")


def _facts(data: dict[str, Any]) -> dict[str, Any]:
    facts = data | _gone(data)
    if data.get("role") in Role.values:
        facts["role"] = describe(data["role"], str(data.get("component", "")).rpartition("/")[2])
    if isinstance(step := data.get("step"), str):
        facts["step"] = step.replace("-", " ")
    if isinstance(asked := data.get("asked"), list):
        facts["asked"] = "1 signature" if len(asked) == 1 else f"{len(asked)} signatures"
    if isinstance(entries := data.get("entries"), int):
        facts["entries"] = f"{entries:,}"
    for name, words in (("stage", Stage), ("answer", Answer), ("outcome", Outcome)):
        if data.get(name) in words.values:
            facts[name] = str(words(data[name]).label).lower()
    for name in ("from", "to"):
        if isinstance(text := data.get(name), str) and len(text) == 10 and text[4] == "-":
            facts[name] = dates.day(date.fromisoformat(text))
    if data.get("start") and data.get("end") and data.get("time_zone"):
        start, end = datetime.fromisoformat(data["start"]), datetime.fromisoformat(data["end"])
        facts["window"] = f"{dates.window(start, end, data['time_zone'])} {data['time_zone']}"
    return facts


def _gone(data: dict[str, Any]) -> dict[str, str]:
    """Return how much an erasure or a retirement took away, in words."""
    said = {}
    if isinstance(texts := data.get("texts"), int) and isinstance(numbers := data.get("entries"), list):
        said = {"texts": count(texts, "text"), "erased_of": count(len(numbers), "entry")}
    if isinstance(retired := data.get("count"), int):
        said["retired"] = count(retired, "entry")
    return said


def _record(kind: str, ident: str, people: dict[int, User]) -> str:
    number = person_behind(f"{kind}:{ident}") if kind == "person" else None
    if number is not None and number in people:
        return str(people[number])
    return ident


def address(kind: str, ident: str) -> str:
    """Return the page of a record, or empty when it has none."""
    if kind == "booking" and ident.startswith("CHG-"):
        kind = "change"
    if kind not in _PAGES:
        return ""
    if kind in _NUMBERED:
        ident = ident.removeprefix(_NUMBERED[kind])
    try:
        return reverse(f"web:{_PAGES[kind]}", args=[ident])
    except NoReverseMatch:
        return ""
