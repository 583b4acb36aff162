"""New versions of contracts that a change brings: proposed, compared with what is in force, taken back."""

import logging

from celery import current_app
from django.db import transaction

from apps.accounts.models import User
from apps.audit.services import record_event
from apps.catalog.models import Contract
from apps.catalog.selectors import definition_of
from apps.changes.models import Change, ProposedContract
from apps.changes.selectors.contracts import contracts_offered, waiting_to_be_compared
from apps.changes.services.access import locked_draft, permit
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Forbidden, Invalid, PolicyBlocked
from apps.evidence.models import ContractComparison
from apps.evidence.rules.contracts import MOST_BYTES
from apps.evidence.rules.readings import text
from apps.evidence.services import compare_definitions, keep_file

AT_ONCE = 100_000
"""Bytes of both definitions together that are compared while a person waits. More is compared by a worker."""
_log = logging.getLogger(__name__)


@transaction.atomic
def propose_contract(
    *, actor: Actor, change: Change, contract: str, content: bytes, file_name: str = ""
) -> ProposedContract:
    """Propose a new definition of a contract that what a draft moves provides, in place of one proposed before.

    Small files are compared at once, large ones by a worker. The same file again changes nothing.

    Raises:
        Forbidden, IllegalTransition: not the requester, or no longer a draft.
        PolicyBlocked: it is a rehearsal.
        Invalid: ``contract`` is none that the change can bring a version of; ``file`` is too large, says nothing new,
            or cannot be compared with the definition in force.
    """
    permit("edit", change, actor)
    if change.drill_id:
        raise PolicyBlocked("A rehearsal changes nothing, so it brings no new version of a contract.")
    if not isinstance(actor.user, User):
        raise Forbidden("Only a person can propose a contract.")
    known, old = _in_force(change, contract)
    if len(content) > MOST_BYTES:
        raise Invalid({"file": [f"Send at most {MOST_BYTES // 1024**2} MB."]})
    if content == old:
        raise Invalid({"file": [f"This is the definition of {known} that is in force."]})
    small = len(old) + len(content) <= AT_ONCE
    comparison = _compared(actor, old, content) if small else None
    draft = locked_draft(change, actor)
    file = keep_file(content)
    proposed = ProposedContract.objects.select_related("contract", "file").defer("file__content")
    before = proposed.filter(change=draft, contract=known, dropped_at=None).first()
    if before is not None:
        if (before.file_id, before.old, before.problem) == (file.pk, known.definition_digest, ""):
            return before
        _drop(actor, draft, before)
    row = ProposedContract.objects.create(
        change=draft,
        contract=known,
        old=known.definition_digest,
        file=file,
        file_name=text(file_name, 120),
        proposed_by=actor.user,
        proposed_at=clock.now(),
        comparison=comparison,
    )
    data = {"contract": known.key, "digest": file.digest, "level": comparison.level if comparison else ""}
    record_event(event="change.contract_proposed", actor=actor, obj=draft, data=data)
    if comparison is None:
        transaction.on_commit(_compare_soon)
    return row


@transaction.atomic
def drop_contract(*, actor: Actor, proposal: ProposedContract) -> None:
    """Take a new version of a contract out of a draft. A second call changes nothing.

    Raises:
        Forbidden, IllegalTransition: not the requester, or no longer a draft.
    """
    draft = locked_draft(proposal.change, actor)
    held = ProposedContract.objects.select_related("contract", "file").defer("file__content")
    row = held.filter(pk=proposal.pk, dropped_at=None).first()
    if row is not None:
        _drop(actor, draft, row)


def compare_contracts(*, actor: Actor) -> int:
    """Compare what waits for it, each in its own transaction, and return how many. What fails says so to its people."""
    return sum(_compare(pk, actor) for pk in waiting_to_be_compared())


@transaction.atomic
def _compare(pk: int, actor: Actor) -> bool:
    # Another worker may have taken it up in this moment; that one finishes it.
    held = ProposedContract.objects.select_for_update(of=("self",), skip_locked=True)
    row = (
        held.select_related("change", "contract", "file")
        .filter(pk=pk, comparison=None, problem="", dropped_at=None)
        .first()
    )
    if row is None:
        return False
    old = definition_of(row.old)
    assert old is not None
    try:
        with transaction.atomic():
            row.comparison = _compared(actor, old, bytes(row.file.content))
    except Invalid as error:
        row.problem = text(" ".join(line for lines in error.fields.values() for line in lines), 500)
    except Exception:
        _log.exception("Proposed contract %s could not be compared.", pk)
        row.problem = "The comparison failed. Tell whoever runs the portal."
    row.save(update_fields=["comparison", "problem"])
    data = {"contract": row.contract.key, "digest": row.file.digest}
    data |= {"level": row.comparison.level} if row.comparison else {"level": ""}
    record_event(event="change.contract_compared", actor=actor, obj=row.change, data=data)
    return True


def _in_force(change: Change, key: str) -> tuple[Contract, bytes]:
    """Return a contract that the change can bring a new version of, with its definition in force."""
    offered = contracts_offered(change)
    known = next((one for one in offered if one.key == key), None)
    if known is None:
        names = ", ".join(one.key for one in offered[:5])
        raise Invalid(
            {
                "contract": [
                    f"Nothing that {change.ref} moves offers this contract. "
                    f"{f'It offers: {names}.' if names else 'What it moves offers none.'}"
                ]
            }
        )
    old = definition_of(known.definition_digest)
    if old is None:
        raise Invalid(
            {
                "contract": [
                    f"The catalog holds no text of the definition of {known}, so nothing can be compared with it. "
                    "Write the definition into its catalog file, and import that again."
                ]
            }
        )
    return known, old


def _compared(actor: Actor, old: bytes, new: bytes) -> ContractComparison:
    """Compare, and say what is wrong at the field that a person has filled in."""
    try:
        return compare_definitions(actor=actor, old=old, new=new)
    except Invalid as error:
        said = error.fields.get("old")
        raise Invalid(
            {"contract": [f"The definition in force cannot be compared. {one}" for one in said]}
            if said
            else {"file": error.fields.get("new", [error.reason])}
        ) from error


def _drop(actor: Actor, draft: Change, row: ProposedContract) -> None:
    row.dropped_at = clock.now()
    row.save(update_fields=["dropped_at"])
    data = {"contract": row.contract.key, "digest": row.file.digest}
    record_event(event="change.contract_dropped", actor=actor, obj=draft, data=data)


def _compare_soon() -> None:
    """Have a worker compare at once. When it cannot be woken, beat has it look within a minute."""
    try:
        current_app.send_task("apps.changes.tasks.task_compare_contracts", retry=False, ignore_result=True)
    except Exception as error:  # noqa: BLE001 - whatever the broker's client raises, beat looks later
        _log.warning("The worker could not be woken: %s. Beat compares the contracts later.", error)
