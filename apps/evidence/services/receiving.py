"""Taking in evidence: once, about what it says it is about, kept as it came."""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime

from django.db import connection, transaction
from django.db.models import TextChoices

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.catalog.models import ComponentVersion
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Conflict, Invalid
from apps.evidence.models import Report, Result
from apps.evidence.rules import Finding, Reading, looked_at, passed_of, reading_of, topics_of
from apps.evidence.rules.readings import text
from apps.evidence.rules.sending import contradiction, digest_in, time_problem
from apps.evidence.selectors import sender_decision
from apps.evidence.services.files import keep_file

KEY_LIMIT = 80

Listener = Callable[[Report], None]

_listeners: list[Listener] = []


def on_received(listener: Listener) -> None:
    """Let an upper floor act on each new report, in the transaction that keeps it; called from its
    ``AppConfig.ready``.
    """
    if listener not in _listeners:
        _listeners.append(listener)


@dataclass(frozen=True)
class Order:
    """What is sent: the file, the version it is about, and what the file itself may not say.

    ``artifact`` is the SHA-256 of what was measured, ``stage`` the one it is meant for (blank: any that asks for it),
    ``measured_at`` counts where the file gives no time. ``idempotency_key`` makes sending it again harmless.
    """

    version: ComponentVersion
    content: bytes
    file_name: str = ""
    artifact: str = ""
    stage: str = ""
    measured_at: datetime | None = None
    source_url: str = ""
    idempotency_key: str = ""


@dataclass(frozen=True)
class Received:
    """The report, and whether this call made it."""

    report: Report
    created: bool


@transaction.atomic
def receive_evidence(*, actor: Actor, order: Order, carries: bool = False) -> Received:
    """Keep a file and what it comes to. The same file about the same thing again gives the report that is there.

    ``carries`` is what the floor of changes says of the actor (``Sender``).

    Raises:
        Forbidden: the actor may not send evidence about the component.
        Invalid: ``file`` cannot be read or is about something else; ``artifact``, ``measured_at`` or
            ``idempotency_key`` cannot be.
        Conflict: the key was used for something else.
    """
    component = order.version.component
    sender_decision(actor, [component], carries=carries).require()
    assert isinstance(actor.user, User)
    artifact = _checked_artifact(order.artifact)
    if len(order.idempotency_key) > KEY_LIMIT:
        raise Invalid({"idempotency_key": [f"Keep it to {KEY_LIMIT} characters."]})
    digest = hashlib.sha256(order.content).hexdigest()
    reading = reading_of(order.content)
    if known := _known(actor.user, order, digest, artifact):
        return Received(known, created=False)
    measured_at = reading.measured_at or order.measured_at
    _check(reading, order, artifact)
    file = keep_file(order.content)
    report, created = Report.objects.get_or_create(
        version=order.version,
        file=file,
        artifact=artifact,
        stage=order.stage,
        defaults={
            "component": component,
            "file_name": text(order.file_name, 120),
            "format": reading.format,
            "tool_version": reading.tool_version,
            "outcome": reading.outcome,
            "partial": reading.partial,
            "topics": topics_of(reading.findings),
            "counts": dict(Counter(finding.outcome.value for finding in reading.findings)),
            "passed": passed_of(reading.findings),
            "claims": reading.claims,
            "lineage": reading.lineage,
            "champion": _champion(order.version, reading.claims.get("champion", "")),
            "source_url": order.source_url,
            "measured_at": measured_at,
            "received_at": clock.now(),
            "sent_by": actor.user,
            "sent_with": actor.ident.partition("/")[2],
            "idempotency_key": order.idempotency_key,
        },
    )
    if created:
        _keep_results(report, reading)
        _record(actor, report, digest)
        for listener in _listeners:
            listener(report)
    return Received(report, created)


def _checked_artifact(value: str) -> str:
    if not value.strip():
        return ""
    found = digest_in(value)
    if found is None:
        raise Invalid({"artifact": ["Give the SHA-256 of the artifact: 64 hexadecimal digits."]})
    return found


def _known(sender: User, order: Order, digest: str, artifact: str) -> Report | None:
    """Return the report that this call would make again. A key is held to what it was used for first."""
    if order.idempotency_key:
        # Two calls with one key at once: the second waits, and finds what the first has made.
        User.objects.select_for_update().get(pk=sender.pk)
        used = (
            Report.objects.filter(sent_by=sender, idempotency_key=order.idempotency_key)
            .select_related("file")
            .first()
        )
        if used is not None:
            same = (used.file.digest, used.version_id, used.artifact, used.stage)
            if same != (digest, order.version.pk, artifact, order.stage):
                raise Conflict(
                    "This idempotency key was used for other evidence.",
                    remedy="Use a new key for each piece.",
                )
            return used
    asked = Report.objects.filter(
        version=order.version, file__digest=digest, artifact=artifact, stage=order.stage
    )
    return asked.first()


def _check(reading: Reading, order: Order, artifact: str) -> None:
    component = order.version.component
    names = {
        name.lower()
        for name in (component.name, component.title, component.key, component.source_ref)
        if name
    }
    if problem := contradiction(
        reading.claims, names=names, version=order.version.version, artifact=artifact
    ):
        raise Invalid({"file": [problem]})
    now = clock.now()
    for name, stated in (("file", reading.measured_at), ("measured_at", order.measured_at)):
        if problem := time_problem(stated, now):
            raise Invalid({name: [problem]})


def _champion(version: ComponentVersion, named: str) -> ComponentVersion | None:
    """Return the version that the file says it was compared with. One that is not in the catalog cannot be pinned."""
    if not named:
        return None
    found = ComponentVersion.objects.filter(component=version.component_id, version=named).first()
    if found is None:
        says = f"The file compares with version {text(named, 60)}, which is not in the catalog."
        raise Invalid({"file": [f"{says} Import that version first."]})
    return found


def _keep_results(report: Report, reading: Reading) -> None:
    """Write the results by COPY: a file has up to 20,000, and an INSERT of each costs ten times as much."""
    names = [field.name for field in fields(Finding)]
    columns = ", ".join(
        connection.ops.quote_name(name) for name in ("report_id", "position", "looked_at", *names)
    )
    table = connection.ops.quote_name(Result._meta.db_table)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        found = zip(reading.findings, looked_at(reading.findings), strict=True)
        for place, (finding, looked) in enumerate(found, 1):
            copy.write_row((report.pk, place, looked, *(_plain(getattr(finding, name)) for name in names)))


def _plain(value: object) -> object:
    """Return a fixed word as the text that it stands for."""
    return value.value if isinstance(value, TextChoices) else value


def _record(actor: Actor, report: Report, digest: str) -> None:
    record_event(
        event="evidence.received",
        actor=actor,
        obj=report,
        data={
            "component": report.component.key,
            "version": report.version.version,
            "artifact": report.artifact,
            "stage": report.stage,
            "format": report.format,
            "outcome": report.outcome,
            "file": digest,
            "measured_at": report.measured_at.isoformat() if report.measured_at else "",
        },
    )
