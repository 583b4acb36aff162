"""Leaving the newest checkpoint where the portal cannot change it.

Each way is tried by itself: one that fails stops no other, is recorded, and is tried again with the next run. What
arrived twice because a crash kept it from being recorded does no harm.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import httpx
from django.conf import settings
from django.core.mail import EmailMessage

from apps.audit.enums import AnchorKind, AnchorState
from apps.audit.models import AuditAnchor, Checkpoint
from apps.audit.rules.timestamps import certificates, request_for, stamped_at
from apps.audit.selectors import latest_checkpoint
from apps.audit.selectors.anchors import anchor_name
from apps.audit.services import keyring
from apps.audit.services.keeper import as_keeper
from apps.core import clock
from apps.core.errors import PortalError

SECONDS = 15.0
MAX_BYTES = 100_000
_LONGEST_ERROR = 2_000
_log = logging.getLogger(__name__)


class NotAnchored(PortalError):
    """A checkpoint did not arrive where it should be left."""


@dataclass(frozen=True)
class _Arrived:
    at: datetime
    reference: str
    token: bytes = b""


def anchor_checkpoint() -> int:
    """Leave the newest checkpoint wherever the settings say and it is not yet, and return where it arrived now."""
    checkpoint = latest_checkpoint()
    if checkpoint is None:
        return 0
    done = set(checkpoint.anchors.filter(state=AnchorState.DONE).values_list("kind", flat=True))
    return sum(_anchored(checkpoint, kind, leave) for kind, leave in _ways().items() if kind not in done)


def _ways() -> dict[AnchorKind, Callable[[Checkpoint], _Arrived]]:
    ways: dict[AnchorKind, tuple[object, Callable[[Checkpoint], _Arrived]]] = {
        AnchorKind.MAIL: (settings.LEDGER_ANCHOR_MAIL, _mail),
        AnchorKind.FOLDER: (settings.LEDGER_ANCHOR_DIR, _put),
        AnchorKind.RFC3161: (settings.LEDGER_TSA_URL, _stamp),
    }
    return {kind: leave for kind, (wanted, leave) in ways.items() if wanted}


def _anchored(checkpoint: Checkpoint, kind: AnchorKind, leave: Callable[[Checkpoint], _Arrived]) -> bool:
    row = AuditAnchor(
        checkpoint=checkpoint,
        kind=kind,
        state=AnchorState.DONE,
        digest=sha256(checkpoint.note.encode()).digest(),
    )
    try:
        arrived = leave(checkpoint)
        row.at, row.reference, row.token = arrived.at, arrived.reference, arrived.token
    except Exception as error:  # noqa: BLE001 - whatever a mail server or a share raises, the other ways go on
        row.state, row.at = AnchorState.FAILED, clock.now()
        row.error = f"{type(error).__name__}: {error}"[:_LONGEST_ERROR].replace("\x00", "")
        _log.warning(
            "The checkpoint of %s entries was not left %s: %s", checkpoint.size, kind.label, row.error
        )
    with as_keeper():
        # Two workers at once leave it twice, and one of them records it.
        AuditAnchor.objects.bulk_create([row], ignore_conflicts=True)
    return row.state == AnchorState.DONE


def _mail(checkpoint: Checkpoint) -> _Arrived:
    if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        raise NotAnchored("EMAIL_URL is not set, so mail does not leave PORTAL_HOME.")
    digest = sha256(checkpoint.note.encode()).hexdigest()
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    EmailMessage(
        subject=f"Ledger checkpoint: {checkpoint.size:,} entries of {checkpoint.origin}",
        body="Keep this message. It shows later what the ledger held when it was sent, whoever may have changed the "
        f"ledger since.\n\n{checkpoint.note}",
        to=settings.LEDGER_ANCHOR_MAIL,
        headers={"Message-ID": f"<ledger-checkpoint-{digest}@{host}>"},
        attachments=[("checkpoint", checkpoint.note.encode(), "application/octet-stream")],
    ).send()
    return _Arrived(clock.now(), f"{len(settings.LEDGER_ANCHOR_MAIL)} addresses")


def _put(checkpoint: Checkpoint) -> _Arrived:
    folder, home = Path(settings.LEDGER_ANCHOR_DIR).resolve(), Path(settings.PORTAL_HOME).resolve()
    if folder.is_relative_to(home):
        raise NotAnchored(
            "LEDGER_ANCHOR_DIR lies in PORTAL_HOME. Name a folder that the portal's host cannot change."
        )
    keys = keyring.keys()
    if checkpoint.origin != keys.newest.name:
        raise NotAnchored("The newest checkpoint is of an earlier epoch.")
    name = anchor_name(keys, checkpoint.size)
    with keyring.locked():
        if not (folder / name).exists():
            keyring.write_in(folder, name, checkpoint.note)
        elif (folder / name).read_text() != checkpoint.note:
            raise NotAnchored(f"{name} is there already and says something else.")
    return _Arrived(clock.now(), name)


def _stamp(checkpoint: Checkpoint) -> _Arrived:
    if not settings.LEDGER_TSA_CA:
        raise NotAnchored("LEDGER_TSA_CA is not set, so nothing shows whose stamp it is.")
    roots = certificates(Path(settings.LEDGER_TSA_CA).read_bytes())
    note = checkpoint.note.encode()
    request = request_for(note)
    answer = _ask(request.as_bytes())
    at = stamped_at(answer, note, roots, request=request)
    return _Arrived(at, str(httpx.URL(settings.LEDGER_TSA_URL).host), answer)


def _ask(question: bytes) -> bytes:
    """Return the authority's answer. Redirects are not followed: the address in the settings is the one asked."""
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    with (
        httpx.Client(timeout=SECONDS, follow_redirects=False, trust_env=False) as client,
        client.stream("POST", settings.LEDGER_TSA_URL, content=question, headers=headers) as response,
    ):
        if response.status_code != httpx.codes.OK:
            raise NotAnchored(f"The time-stamp authority answered {response.status_code}.")
        answer = bytearray()
        for part in response.iter_bytes():
            answer += part
            if len(answer) > MAX_BYTES:
                raise NotAnchored(f"The time-stamp authority sent more than {MAX_BYTES:,} bytes.")
    return bytes(answer)
