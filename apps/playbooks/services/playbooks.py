"""Playbooks: added, written in versions, retired with a reason. None is ever deleted."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from apps.audit.services import record_event
from apps.core.actors import Actor
from apps.core.canonical import digest
from apps.core.errors import Invalid, PolicyBlocked
from apps.playbooks.enums import UseState
from apps.playbooks.models import Playbook, PlaybookVersion
from apps.playbooks.rules import Content, Unfit, cleaned_content, counted, wrong_with_playbook
from apps.playbooks.selectors import (
    place,
    playbook_in_force,
    teams_to_call,
    unknown_places,
    write_playbooks_decision,
)
from apps.playbooks.services import versioned
from apps.playbooks.services.numbers import next_number
from apps.playbooks.services.readings import ask_to_read
from apps.playbooks.services.reasons import reason_in

MOST_PLACES = 200


@transaction.atomic
def add_playbook(*, actor: Actor, content: Content) -> Playbook:
    """Add a playbook, in its first version. ``content`` is what ``rules.CONTENT`` names.

    Raises:
        Forbidden: the actor is no Change Manager over everything.
        Unfit: something is missing or cannot be taken; each problem stands at its place on the form.
    """
    write_playbooks_decision(actor).require()
    said = _fit(content)
    playbook = Playbook(number=next_number(Playbook))
    playbook.save(force_insert=True)
    version = _written(actor, playbook, said, "")
    record_event(event="playbook.added", actor=actor, obj=playbook, data=_facts(version))
    return playbook


@transaction.atomic
def write_playbook(
    *, actor: Actor, playbook: Playbook, content: Content, note: str, version: int | None = None
) -> Playbook:
    """Write the next version of a playbook. Those before stay as they are.

    Args:
        note: what is new, and why.
        version: the number of the version that the person read; the one in force when it is not given.

    Raises:
        Forbidden: the actor is no Change Manager over everything.
        PolicyBlocked: the playbook is retired.
        Stale: somebody wrote a newer version in the meantime.
        Unfit: something is missing or cannot be taken; each problem stands at its place on the form.
        Invalid: nothing is new (``title``), or the note is missing (``note``).
    """
    write_playbooks_decision(actor).require()
    said = _fit(content)
    text = reason_in(note, "note", "Say what is new, and why.")
    held = versioned.held_to_write(playbook, version)
    if playbook_in_force(held).content == said:
        raise Invalid({"title": ["Nothing is different from the version in force."]})
    held.version += 1
    held.save(update_fields=["version", "updated_at"])
    written = _written(actor, held, said, text)
    record_event(
        event="playbook.written", actor=actor, obj=held, data=_facts(written), private={"note": text}
    )
    return held


@transaction.atomic
def retire_playbook(*, actor: Actor, playbook: Playbook, reason: str) -> Playbook:
    """Retire a playbook: it is shown nowhere but on its own page any more.

    Raises:
        Forbidden: the actor is no Change Manager over everything.
        Invalid: there is no reason (``reason``).
        IllegalTransition: it is retired already.
    """
    write_playbooks_decision(actor).require()
    text = reason_in(reason, "reason", "Say why it is retired, and what to follow instead.")
    return versioned.retire(actor, playbook, text)


@transaction.atomic
def place_playbook(*, actor: Actor, playbook: Playbook, places: Mapping[str, Sequence[str]]) -> Playbook:
    """Say where a playbook is pointed out. Nothing is written when nothing is different.

    Args:
        places: keys by kind of place, such as ``component``. A kind that is left out is emptied.

    Raises:
        Forbidden: the actor is no Change Manager over everything.
        PolicyBlocked: the playbook is retired.
        Invalid: a key names nothing; said at its kind.
    """
    write_playbooks_decision(actor).require()
    wrong = {}
    for kind, keys in places.items():
        if missing := unknown_places(kind, keys):
            wrong[kind] = [f"There is no “{missing[0][:200]}” to point it out at."]
        elif len(keys) > MOST_PLACES:
            wrong[kind] = [f"Name {MOST_PLACES} at most."]
    if wrong:
        raise Invalid(wrong)
    held = versioned.held(playbook)
    if held.state == UseState.RETIRED:
        raise PolicyBlocked("This playbook is retired, so it is pointed out nowhere.")
    found = sorted({place(kind, key) for kind, keys in places.items() for key in keys})
    if found != held.places:
        held.places = found
        held.save(update_fields=["places", "updated_at"])
        record_event(event="playbook.placed", actor=actor, obj=held, data={"places": found})
    return held


def _fit(content: Content) -> Content:
    said = cleaned_content(content)
    if problems := wrong_with_playbook(said, teams_to_call()):
        raise Unfit(problems)
    return said


def _written(actor: Actor, playbook: Playbook, content: Content, note: str) -> PlaybookVersion:
    version = PlaybookVersion.objects.create(
        title=content["title"],
        content=content,
        digest=digest(content),
        note=note,
        **versioned.stamp(actor, playbook),
    )
    ask_to_read(version)
    return version


def _facts(version: PlaybookVersion) -> dict[str, object]:
    return {
        "version": version.number,
        "digest": version.digest,
        "roles": version.roles,
        **counted(version.content),
    }
