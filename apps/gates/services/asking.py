"""Asking the gate: one answer, kept with its reasons, and attested when it is a pass."""

from dataclasses import dataclass
from hashlib import sha256

from django.db import transaction

from apps.accounts.models import User
from apps.accounts.selectors import with_work_on_changes
from apps.audit.services import record_event, sign_statement
from apps.changes.models import Change, Revision
from apps.changes.selectors import as_seen_by, items_of
from apps.core import clock
from apps.core.actors import Actor
from apps.core.errors import Conflict, Forbidden, Invalid
from apps.evidence.enums import Stage
from apps.evidence.models import Report
from apps.evidence.rules.checks import State
from apps.evidence.rules.sending import digest_in
from apps.gates.enums import Answer
from apps.gates.models import GateDecision
from apps.gates.rules import LASTS, Reason, answer_of, stages_up_to, statement
from apps.gates.selectors import ONLY_READS, GateStanding, reasons_against, standing_at
from apps.policy.enums import Outcome

KEY_LIMIT = 80
ENVIRONMENT_LIMIT = 60


@dataclass(frozen=True)
class Ask:
    """What is asked: may this artifact of this component pass this stage, in this environment?

    A change that moves one component alone needs no ``component_key``.
    """

    stage: Stage
    component_key: str = ""
    artifact: str = ""
    environment: str = ""
    idempotency_key: str = ""
    dry_run: bool = False


@transaction.atomic
def ask_gate(*, actor: Actor, change: Change, ask: Ask) -> GateDecision:
    """Answer whether a change may pass a stage now. The answer is kept with its reasons, unless it is a dry run.

    A pass carries a DSSE envelope over an in-toto statement, bound to the artifact, the stage and an end. The same key
    with the same question gives the answer that was given, which does not become another one.

    Raises:
        Forbidden: nobody asks, or somebody who only reads.
        Invalid: ``artifact``, ``component``, ``environment`` or ``idempotency_key`` cannot be.
        Conflict: the key was used for another question, of an earlier revision, or for a pass that has ended.
        LedgerBroken: the key that would sign the pass is lost.
    """
    if not isinstance(actor.user, User):
        raise Forbidden("The gate is asked in a person's name.")
    # As it is now, and so until this is answered: whoever withdraws or revises it waits, or has done so.
    as_it_is = Change.objects.select_for_update(of=("self",), no_key=True)
    as_it_is = as_it_is.annotate(may_ask=with_work_on_changes(actor.user))
    change = as_it_is.select_related("requester", "revision", "round", "booking").get(pk=change.pk)
    if not change.may_ask:
        ONLY_READS.require()
    change = as_seen_by(actor.user, change)
    component_key, artifact = _checked(change, ask)
    if used := _asked_before(actor.user, change, ask, component_key, artifact):
        return used
    held = standing_at(change, component_key=component_key, artifact=artifact)
    reasons = reasons_against(change, held, ask.stage, component_key=component_key, artifact=artifact)
    decision = GateDecision(
        change=change,
        revision=_revision(change),
        stage=ask.stage,
        environment=ask.environment,
        component_key=component_key,
        artifact=artifact,
        answer=answer_of(reasons),
        reasons=[reason.document() for reason in reasons],
        checks=_rows(held),
        checks_version=held.plan.number,
        checks_digest=held.plan.digest,
        rules=[
            {"rule": one.rule.id, "outcome": str(one.outcome), "reason": one.reason}
            for one in held.verdict.results
        ],
        rules_version=held.rules_version,
        asked_at=clock.now(),
        asked_by=actor.user,
        asked_with=actor.ident.partition("/")[2],
        idempotency_key=ask.idempotency_key,
    )
    if ask.dry_run:
        return decision
    if decision.answer == Answer.PASS:
        decision.expires_at = decision.asked_at + LASTS
        decision.attestation = _attested(decision, held)
    decision.save(force_insert=True)
    _record(actor, decision, reasons)
    return decision


def _checked(change: Change, ask: Ask) -> tuple[str, str]:
    """Return the key of the component and the digest of the artifact. Raises Invalid for what cannot be."""
    problems: dict[str, list[str]] = {}
    artifact = digest_in(ask.artifact) if ask.artifact.strip() else ""
    if artifact is None:
        problems["artifact"] = ["Give the SHA-256 of the artifact: 64 hexadecimal digits."]
    for name, value, limit in (
        ("environment", ask.environment, ENVIRONMENT_LIMIT),
        ("idempotency_key", ask.idempotency_key, KEY_LIMIT),
    ):
        if len(value) > limit:
            problems[name] = [f"Keep it to {limit} characters."]
        elif not value.isprintable():
            problems[name] = ["Write it in one line, without control characters."]
    keys = [item.component.key for item in items_of(change)]
    key = ask.component_key or (keys[0] if len(keys) == 1 else "")
    if ask.component_key and ask.component_key not in keys:
        problems["component"] = [f"{change.ref} does not move {ask.component_key}."]
    elif artifact and not key:
        problems["component"] = [f"{change.ref} moves {len(keys)} components. Say whose artifact it is."]
    if problems:
        raise Invalid(problems)
    return key, artifact or ""


def _asked_before(
    asker: User, change: Change, ask: Ask, component_key: str, artifact: str
) -> GateDecision | None:
    if not ask.idempotency_key or ask.dry_run:
        return None
    # Two calls with one key at once: the second waits, and finds what the first was answered.
    User.objects.select_for_update(no_key=True).get(pk=asker.pk)
    used = GateDecision.objects.filter(asked_by=asker, idempotency_key=ask.idempotency_key).first()
    if used is None:
        return None
    question = (used.change_id, used.stage, used.environment, used.component_key, used.artifact)
    if question != (change.pk, ask.stage, ask.environment, component_key, artifact):
        raise Conflict(
            "This idempotency key was used for another question.", remedy="Use a new key for each."
        )
    revision = _revision(change)
    if used.revision_id != (revision.pk if revision else None) or (
        used.expires_at and used.expires_at <= clock.now()
    ):
        raise Conflict(
            f"{used.ref}, which was answered under this key, counts no more.",
            remedy="Use a new key for each.",
        )
    return used


def _revision(change: Change) -> Revision | None:
    """Return the revision that an answer is about: none for a draft, whose edits are its requester's alone."""
    return None if change.is_in_hand else change.revision


def _rows(held: GateStanding) -> list[dict[str, object]]:
    return [
        {
            "check": one.check.id,
            "name": one.check.name,
            "stage": str(one.check.stage),
            "component": part.item.component.key,
            "state": str(one.state),
            "measured": one.measured,
            "needed": one.needed,
            "reason": one.reason,
            "evidence": one.ref,
            "blocks": one.check.blocks,
        }
        for part in held.parts
        for one in part.checks
    ]


def _attested(decision: GateDecision, held: GateStanding) -> str:
    assert decision.revision is not None or decision.stage not in (Stage.PRE_DEPLOY, Stage.PROMOTION)
    assert decision.expires_at is not None
    stages = stages_up_to(Stage(decision.stage))
    judged = [one for part in held.parts for one in part.checks if one.check.stage in stages]
    counted = {one.ref for one in judged if one.ref and one.lets_through}
    waived = {one.check.id for one in judged if one.state == State.WAIVED}
    waived |= {one.rule.id for one in held.verdict.results if one.outcome == Outcome.WAIVED}
    numbers = [int(ref.removeprefix("EV-")) for ref in counted]
    files = Report.objects.filter(pk__in=numbers).order_by("pk").values_list("pk", "file__digest")
    revision = decision.revision
    told = statement(
        change=decision.change.ref,
        revision=revision.number if revision else 0,
        digest=revision.digest if revision else "",
        artifact=decision.artifact,
        component=decision.component_key,
        stage=decision.stage,
        environment=decision.environment,
        checks_version=decision.checks_version,
        checks_digest=decision.checks_digest,
        rules_version=decision.rules_version,
        evidence=[(f"EV-{pk}", digest) for pk, digest in files],
        waivers=sorted(one.ref for one in held.waivers if one.rule in waived),
        at=decision.asked_at,
        expires_at=decision.expires_at,
    )
    return sign_statement(told).decode()


def _record(actor: Actor, decision: GateDecision, reasons: list[Reason]) -> None:
    record_event(
        event="gate.asked",
        actor=actor,
        obj=decision,
        data={
            "decision": decision.ref,
            "stage": decision.stage,
            "environment": decision.environment,
            "component": decision.component_key,
            "artifact": decision.artifact,
            "answer": decision.answer,
            "codes": sorted({str(reason.code) for reason in reasons}),
            "rules": sorted({reason.rule for reason in reasons if reason.rule}),
            "checks_version": decision.checks_version,
            "rules_version": decision.rules_version,
            "revision": decision.revision.number if decision.revision else 0,
            "digest": decision.revision.digest if decision.revision else "",
            "attestation": sha256(decision.attestation.encode()).hexdigest() if decision.attestation else "",
        },
    )
