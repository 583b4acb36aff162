"""People, roles and rounds for tests, made through the services."""

import itertools
from datetime import timedelta

from apps.accounts.enums import Role
from apps.accounts.models import Team, User
from apps.accounts.services import create_person, create_team, grant_role
from apps.approvals import services as approvals
from apps.approvals.models import Requirement, Round, Signature
from apps.approvals.rules.checklists import checklist
from apps.approvals.services import Barred, Need, Proof, Subject, open_round, show_signing
from apps.core import clock
from apps.core.actors import Actor, person, system

PASSWORD = "correct horse battery staple"
DIGEST = "9f3c07d2" + "0" * 52 + "b21e"
LOADER = system("test")

_numbers = itertools.count(1)


def add_person(username: str = "", *roles: str, name: str = "", **where: object) -> User:
    """Add a person who holds these roles, over everything or over ``team=`` or ``component_key=``."""
    username = username or f"person{next(_numbers)}"
    user = create_person(
        actor=LOADER,
        username=username,
        name=name or f"{username.capitalize()} Doe",
        email=f"{username}@example.org",
        password=PASSWORD,
    )
    for role in roles:
        grant_role(actor=LOADER, user=user, role=role, **where)  # type: ignore[arg-type]
    return user


def add_team(slug: str = "risk", contact: User | None = None) -> Team:
    """Add a team."""
    return create_team(actor=LOADER, slug=slug, name=slug.capitalize(), escalation_contact=contact)


def a_need(role: str = Role.VALIDATOR, component: str = "", *, hours: float = 48, **more: object) -> Need:
    """Return a need of a role, for a component or for the whole, due in some hours."""
    return Need(
        role=role,
        question=f"Is {component or 'this'} fit?",
        reason="It moves.",
        due_at=clock.now() + timedelta(hours=hours),
        component_key=f"model:default/{component}" if component else "",
        component_label=component,
        **more,  # type: ignore[arg-type]
    )


def a_round(
    *needs: Need, by: User | None = None, barred: list[Barred] | None = None, ref: str = "", **more: object
) -> Round:
    """Open a round over a change that exists in name alone."""
    ref = ref or f"CHG-{next(_numbers)}"
    values = {"revision": 1, "digest": DIGEST, "risk": 2, "starts_at": None} | more
    return open_round(
        actor=person(by) if by else LOADER,
        subject=Subject("change", ref, "Retrain the credit-risk model", f"/changes/{ref}/"),
        needs=list(needs) or [a_need()],
        barred=barred or [],
        **values,  # type: ignore[arg-type]
    )


def asked_of(round_: Round, role: str, component: str = "") -> Requirement:
    """Return the requirement of a round for a role and component."""
    return Requirement.objects.select_related("round").get(round=round_, role=role, component_label=component)


def prove(
    actor: Actor, requirement: Requirement, *, method: str = "password", session: str = "test"
) -> Proof:
    """Open the signing page of a requirement, and prove who one is."""
    intent = show_signing(actor=actor, requirement=requirement, session=session)
    return Proof(intent.nonce, session, method, clock.now())


def sign(
    *,
    actor: Actor,
    requirement: Requirement,
    digest: str,
    decision: str,
    note: str = "",
    auth_method: str = "password",
) -> Signature:
    """Sign as a person does: open the page, read, confirm each point, prove who one is."""
    return approvals.sign(
        actor=actor,
        requirement=requirement,
        digest=digest,
        decision=decision,
        note=note,
        proof=prove(actor, requirement, method=auth_method),
        checked=checklist(requirement.role, requirement.round.subject_type) if decision == "approve" else (),
    )


def take_back(user: User, requirement: Requirement, reason: str = "I misread it.") -> Signature:
    """Take a signature back as a person does: open the page, say why, prove who one is."""
    actor = person(user)
    shown = approvals.show_withdrawal(actor=actor, requirement=requirement, session="test")
    proof = Proof(shown.nonce, "test", "password", clock.now())
    return approvals.withdraw_signature(actor=actor, requirement=requirement, reason=reason, proof=proof)
