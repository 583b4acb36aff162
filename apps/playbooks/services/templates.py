"""Templates: added, written in versions, retired with a reason. None is ever deleted."""

import hashlib
import json

from django.db import transaction

from apps.audit.services import record_event
from apps.core.actors import Actor
from apps.core.errors import Invalid
from apps.playbooks.enums import TemplateKind
from apps.playbooks.models import Template, TemplateVersion
from apps.playbooks.rules import Schema, shape_of
from apps.playbooks.selectors import current_version, edit_decision
from apps.playbooks.services import versioned
from apps.playbooks.services.numbers import next_number
from apps.playbooks.services.reasons import reason_in


@transaction.atomic
def add_template(*, actor: Actor, kind: str, schema: Schema) -> Template:
    """Add a template, in its first version.

    Raises:
        Forbidden: the actor is no Change Manager over everything.
        Invalid: the kind is unknown (``kind``), or a form cannot show the schema (its places, as JSON Pointers).
    """
    edit_decision(actor).require()
    if kind not in TemplateKind.values:
        raise Invalid({"kind": ["Choose a kind of document from the list."]})
    shape_of(schema)
    template = Template(number=next_number(Template), kind=kind)
    template.save(force_insert=True)
    version = _write(actor, template, schema, "")
    record_event(event="template.added", actor=actor, obj=template, data={"kind": kind} | _facts(version))
    return template


@transaction.atomic
def write_template(
    *, actor: Actor, template: Template, schema: Schema, note: str, version: int | None = None
) -> Template:
    """Write the next version of a template. Those before stay, and so do the drafts begun with them.

    Args:
        note: what is new, and why.
        version: the number of the version that the person read; the one in force when it is not given.

    Raises:
        Forbidden: the actor is no Change Manager over everything.
        Stale: somebody wrote a newer version in the meantime.
        PolicyBlocked: the template is retired.
        Invalid: nothing is new (``title``), the note is missing (``note``), or a form cannot show the schema.
    """
    edit_decision(actor).require()
    shape_of(schema)
    text = reason_in(note, "note", "Say what is new, and why.")
    held = versioned.held_to_write(template, version)
    if current_version(held).source == _source(schema):
        raise Invalid({"title": ["Nothing is different from the version in force."]})
    held.version += 1
    held.save(update_fields=["version", "updated_at"])
    written = _write(actor, held, schema, text)
    record_event(
        event="template.written", actor=actor, obj=held, data=_facts(written), private={"note": text}
    )
    return held


@transaction.atomic
def retire_template(*, actor: Actor, template: Template, reason: str) -> Template:
    """Retire a template: nobody begins a document with it any more. Drafts that are open can be finished.

    Raises:
        Forbidden: the actor is no Change Manager over everything.
        Invalid: there is no reason (``reason``).
        IllegalTransition: it is retired already.
    """
    edit_decision(actor).require()
    text = reason_in(reason, "reason", "Say why it is retired, and what to use instead.")
    return versioned.retire(actor, template, text)


def _write(actor: Actor, template: Template, schema: Schema, note: str) -> TemplateVersion:
    source = _source(schema)
    return TemplateVersion.objects.create(
        title=schema["title"][:120],
        source=source,
        digest=hashlib.sha256(source.encode()).hexdigest(),
        note=note,
        **versioned.stamp(actor, template),
    )


def _source(schema: Schema) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2)


def _facts(version: TemplateVersion) -> dict[str, object]:
    return {
        "version": version.number,
        "digest": version.digest,
        "questions": len(version.schema["properties"]),
    }
