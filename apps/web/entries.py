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
from apps.insights.rules.grammar import count
from apps.web import dates

# event → what the actor did. {name} takes a fact of the entry; the record stands beside it.
WORDS = {
    "change.drafted": "began a draft",
    "change.edited": "edited the draft: {step}",
    "change.submitted": "submitted revision {revision}",
    "change.revised": "took it back to revise it",
    "change.approved": "approved it: every signature is there",
    "change.rejected": "rejected it",
    "change.withdrawn": "withdrew it",
    "change.held": "put it on hold",
    "change.resumed": "took it off hold",
    "change.document_added": "added the document {document}",
    "change.started": "started it",
    "change.completed": "completed it",
    "change.rolled_back": "rolled it back",
    "change.failed": "marked it as failed",
    "change.expired": "let it expire: its window passed",
    "change.given_back": "gave it back: it was not decided in time",
    "change.closed": "closed it",
    "change.refreshed": "took it up again as revision {revision}: something around it moved",
    "change.reopened": "took it back into review",
    "approval.asked": "asked for {asked} on revision {revision}",
    "approval.signed": "signed revision {revision} as {role}",
    "approval.rejected": "rejected revision {revision} as {role}",
    "approval.handed_over": "handed what {role} signs to the team's contact, for nobody else is left",
    "ownership.asked": "asked whether their roles are still theirs, for {quarter}",
    "ownership.confirmed": "confirmed the role {role} for {quarter}",
    "ownership.handed_over": "asked to hand over the role {role}",
    "ownership.overdue": "told the team's contact: {role} was not confirmed for {quarter}",
    "cover.offered": "asked another to sign in their place",
    "cover.accepted": "agreed to sign in another's place",
    "cover.ended": "ended signing in another's place",
    "approval.abstained": "abstained on revision {revision} as {role}",
    "approval.withdrawn": "took back their signature on revision {revision} as {role}",
    "approval.went_ahead": "let revision {revision} go ahead before everyone had signed",
    "approval.signed_afterwards": "found that everyone passed over has signed revision {revision}",
    "approval.refused_afterwards": "found that revision {revision} was refused after it had gone ahead",
    "approval.go_ahead_unused": "found that revision {revision} never went out before everyone had signed",
    "approval.afterwards_overdue": "told executives: revision {revision} went ahead, and is not signed in time",
    "approval.stage_asked": "asked stage {stage} to sign revision {revision}",
    "approval.nobody": "could not ask for signatures: nobody may sign as {role}",
    "standard.drafted": "began version {version} of a standard change",
    "standard.edited": "wrote on version {version} of the standard change",
    "standard.proposed": "sent version {version} of the standard change for approval",
    "standard.approved": "put version {version} of the standard change in force",
    "standard.rejected": "did not approve version {version} of the standard change",
    "standard.withdrawn": "took back version {version} of the standard change",
    "standard.suspended": "suspended version {version} of the standard change, for {change} went wrong",
    "standard.retired": "retired the standard change",
    "change.made_from": "made it from {template}, version {version}",
    "change.left_standard": "let it go as a normal change: it is not within a standard one",
    "policy.proposed": "proposed version {version} of the approval policy",
    "policy.approved": "put version {version} of the approval policy in force",
    "policy.rejected": "rejected version {version} of the approval policy",
    "policy.withdrawn": "took back version {version} of the approval policy",
    "approval.kept": "kept the signature on revision {signed_revision} as {role}: {because}",
    "approval.stale": "asks again for {role}, who decided on revision {signed_revision}: {because}",
    "approval.round_closed": "closed the signing of revision {revision}",
    "approval.unreachable": "ended the signing of revision {revision}: nobody may sign as {missing}",
    "approval.round_expired": "gave up the signing of revision {revision}: nobody signed in time as {missing}",
    "approval.escalated": "told the next in the chain: {role} is overdue on revision {revision}",
    "approval.clocks_stopped": "let the time to sign revision {revision} stand",
    "approval.clocks_started": "let the time to sign revision {revision} run again",
    "approval.snoozed": "put off signing revision {revision} as {role}",
    "approval.snooze_ended": "took what {role} signs back into the inbox",
    "approval.information_asked": "asked for information before signing revision {revision} as {role}",
    "approval.information_given": "answered a question about revision {revision}",
    "approval.question_taken_back": "took a question about revision {revision} back",
    "approval.clock_resumed": "let time run again for {role}: a question stops it for three days at most",
    "comment.started": "began a discussion",
    "comment.added": "answered in the discussion",
    "comment.edited": "edited a comment",
    "comment.withdrawn": "withdrew a comment",
    "thread.settled": "settled a discussion",
    "thread.reopened": "reopened a discussion",
    "booking.made": "set the window: {window}",
    "booking.changed": "moved the window: {window}",
    "booking.started": "opened the window",
    "booking.released": "gave the window back",
    "conflict.found": "found a conflict with {with}",
    "conflict.cleared": "cleared the conflict with {with}",
    "freeze.declared": "declared a freeze: {window}",
    "freeze.lifted": "lifted the freeze",
    "card.drafted": "began a model card",
    "card.edited": "edited the model card",
    "card.filled": "filled the model card from the registry",
    "card.published": "published the model card",
    "card.reopened": "reopened the model card",
    "card.archived": "archived the model card",
    "template.added": "added a template",
    "template.written": "wrote version {version} of the template",
    "template.retired": "retired the template",
    "document.started": "began a document with {template}, version {version}",
    "document.saved": "saved the document",
    "document.moved": "moved the document to version {version} of {template}",
    "document.finished": "finished the document",
    "review.opened": "opened the review",
    "review.recorded": "wrote the review",
    "review.action_added": "added an action",
    "review.action_done": "did an action",
    "review.signed": "signed the review",
    "component.registered": "registered a component",
    "component.updated": "updated the component",
    "component.restored": "restored the component",
    "component.retired": "retired the component",
    "component.version_added": "added version {version}",
    "component.version_updated": "updated version {version}",
    "component.version_retired": "retired version {version}",
    "component.dependencies_changed": "changed what it depends on",
    "component.promise_recorded": "recorded a service objective",
    "contract.registered": "registered a contract",
    "contract.updated": "updated the contract",
    "contract.restored": "restored the contract",
    "contract.retired": "retired the contract",
    "person.created": "added a person",
    "person.imported": "took a person over from the catalog",
    "person.updated": "updated a person",
    "person.deactivated": "took a person's access away",
    "person.profile_changed": "changed their time zone",
    "person.password_changed": "took a new password",
    "person.second_factor_added": "added a second factor ({kind})",
    "person.second_factor_removed": "removed a second factor ({kind})",
    "person.second_factors_reset": "took a person's lost second factors away",
    "person.joined_team": "added a person to {team}",
    "person.erased": "erased a person's name and address",
    "approval.notes_erased": "erased the notes on their signatures",
    "approval.looks_erased": "erased how they had looked at what they were asked",
    "approval.questions_erased": "erased what they asked and answered",
    "comment.words_erased": "erased the words of their comments",
    "hold.placed": "placed a legal hold",
    "hold.lifted": "lifted the legal hold",
    "ledger.text_erased": "erased {texts} of {erased_of}",
    "ledger.retired": "retired {retired} under {policy}",
    "retention.policy_set": "decided on the policy {name}",
    "entry.retired": "content retired; its place and hash are proven",
    "person.left_team": "took a person out of {team}",
    "person.signed_in": "signed in",
    "person.signed_out": "signed out",
    "person.sign_in_failed": "refused a sign-in",
    "role.granted": "gave the role {role}",
    "role.revoked": "took the role {role} back",
    "team.created": "made a team",
    "team.updated": "updated the team",
    "team.escalation_contact_set": "named whom to tell when nobody answers",
    "token.issued": "issued a token",
    "token.revoked": "revoked a token",
    "ledger.epoch_began": "began epoch {epoch} of the ledger after entry {size}, because later ones are lost",
    "ledger.key_rotated": "let a new key sign the ledger",
    "ledger.key_revoked": "revoked an old key of the ledger, beyond {size} entries",
    "export.requested": "asked for an export",
    "export.finished": "finished the export of {entries} records",
    "export.failed": "could not finish the export",
    "export.cancelled": "cancelled the export",
    "export.downloaded": "downloaded the export",
    "export.expired": "removed the file: its time was over",
}
AHEAD = "let it start: it goes ahead before every signature is there"
REFUSED = "access.denied"

# type of record → its page.
_PAGES = {
    "change": "change",
    "component": "component",
    "card": "card",
    "review": "review",
    "template": "template",
    "document": "document",
    "policy": "policy-version",
    "standard": "standard",
    "freeze": "freeze",
    "export": "export",
}
_JOBS = {
    "approvals": "Watch over approvals",
    "calendar": "Watch over the calendar",
    "clock": "Clock",
    "exporter": "Export",
    "begin_ledger_epoch": "Operator, by a command",
    "revoke_ledger_key": "Operator, by a command",
    "rotate_ledger_key": "Operator, by a command",
    "import_catalog": "Catalog import",
    "erase_person_text": "Operator, erasing texts",
    "load_templates": "Operator, by a command",
    "import_mlflow": "Model registry import",
    "retire_entries": "Operator, retiring entries",
    "refresh": "Watch over what was signed",
    "sign-in": "Sign-in",
    "standards": "Watch over standard changes",
}


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
        return Who("Countersign", _JOBS.get(ident, ident), "server-2", kind, None)
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
    try:
        return reverse(f"web:{_PAGES[kind]}", args=[ident])
    except NoReverseMatch:
        return ""
