"""Changes that the first day of the organisation lacks, and their signatures."""

from dataclasses import replace

from apps.accounts.models import User
from apps.approvals.models import EarlierSignature, Requirement, Signature
from apps.approvals.rules.intents import Proof
from apps.approvals.selectors import asked_in_mail, eligible_people, token_of
from apps.approvals.services import mark_seen
from apps.catalog.selectors import definition_of
from apps.changes import services as changes
from apps.changes.models import Change
from apps.changes.rules.inputs import MetricInput
from apps.changes.selectors import contracts_offered
from apps.core import actors, clock
from demo.load import live
from demo.signing import actor
from demo.stories import STORIES
from tests.e2e.organisation.finding import Names, by_ref, of_state
from tests.people import sign


def add_changes() -> Names:
    """Add a draft that is ready to send, one that is withdrawn unsent, and a change that may start now."""
    now = clock.now().replace(second=0, microsecond=0)
    held, dropped, bare = (
        next(story for story in STORIES if story.end == end) for end in ("on_hold", "withdrawn", "draft")
    )
    told = {
        "ready": replace(held, end="draft", opens=25),
        "unsent": replace(bare, opens=26),
        "startable": replace(dropped, end="approved", unsigned=(), reason="", opens=0, at="now"),
    }
    for story in told.values():
        live(story, now)
    refs = [change.ref for change in Change.objects.order_by("number")][-len(told) :]
    names = dict(zip(told, refs, strict=True))
    changes.withdraw_change(
        actor=actor(bare.requester), change=by_ref(names["unsent"]), reason="It was only an idea."
    )
    _bring_contract(by_ref(names["ready"]))
    return names


def _bring_contract(change: Change) -> None:
    """Have a draft bring a new version of the API that it offers, which takes away what others call."""
    [offered] = contracts_offered(change)
    old = definition_of(offered.definition_digest)
    assert old is not None
    changes.propose_contract(
        actor=actors.person(change.requester),
        change=change,
        contract=offered.key,
        content=old.replace(b"/decisions:", b"/answers:"),
    )


def decide(change: Change, *roles: str) -> None:
    """Let the first who can sign as each of these roles approve it."""
    for role in roles:
        asked = Requirement.objects.filter(round=change.round, role=role, state="open").select_related(
            "round"
        )[0]
        signer = actors.person(eligible_people([asked])[asked.pk][0])
        sign(actor=signer, requirement=asked, digest=change.round.digest, decision="approve")


def go_ahead() -> Names:
    """Add two urgent changes in review, and let the second go ahead before everyone has signed."""
    now = clock.now().replace(second=0, microsecond=0)
    story = next(one for one in STORIES if one.end == "in_review" and one.change_class == "urgent")
    for opens in (27, 28):
        live(replace(story, opens=opens, unsigned=("validator", "owner")), now)
    refs = [change.ref for change in Change.objects.order_by("number")][-2:]
    change, manager = by_ref(refs[1]), actor("leila.haddad")
    shown = changes.show_letting_go(actor=manager, change=change, session="settle")
    changes.let_go_ahead(
        actor=manager,
        change=change,
        digest=shown.digest,
        reason="Refusals doubled within the hour.",
        incident="https://incidents.northgate.example/INC-7",
        proof=Proof(shown.nonce, "settle", "password", clock.now()),
    )
    return dict(zip(("urgent", "ahead"), refs, strict=True))


def routine() -> None:
    """Add two standard changes of low risk that nobody has signed yet."""
    now = clock.now().replace(second=0, microsecond=0)
    story = next(one for one in STORIES if one.change_class == "standard")
    for opens in (29, 30):
        live(
            replace(
                story, end="in_review", opens=opens, unsigned=("sponsor", "validator", "owner", "steward")
            ),
            now,
        )


def to_sign_together() -> Names:
    """Return what the first two standard changes of low risk in review ask of their sponsor."""
    found = Requirement.objects.filter(
        state="open", role="sponsor", round__subject_class="standard", round__risk=1
    )
    first, second = found.order_by("pk")[:2]
    return {"low_first": str(first.pk), "low_second": str(second.pk)}


def send_again(change: Change) -> str:
    """Have a sponsor and an owner sign, say it in other words with one promise more, and send its second revision."""
    decide(change, "sponsor", "owner")
    who = actors.person(change.requester)
    changes.revise_change(actor=who, change=change)
    changes.save_why(
        actor=who,
        change=by_ref(change.ref),
        title=change.title,
        summary="The feature set gains two signals from the bureau. A third waits until the spring.",
        outcome=change.outcome,
        metrics=[MetricInput("Applicants sent to a person", 7.0, "%", "at_most", 9.0, 9.5)],
    )
    changes.submit_change(actor=who, change=by_ref(change.ref))
    return change.ref


def again(ref: str) -> Names:
    """Return what a second revision asks again and what it keeps, and a change that is being revised."""
    earlier = EarlierSignature.objects.filter(requirement__round__subject_ref=ref)
    revising = of_state("in_review", requester="jonas.weber")
    changes.revise_change(actor=actors.person(revising.requester), change=revising)
    return {
        "again": str(earlier.get(counts=False).requirement_id),
        "kept": str(earlier.get(counts=True).requirement_id),
        "revising": revising.ref,
    }


def asked(ref: str) -> Names:
    """Return what a change asks of a validator and of an owner, and a requirement that is decided."""
    open_ = Requirement.objects.filter(round__subject_ref=ref, state="open")
    return {
        "to_validate": str(open_.get(role="validator", component_key="model:default/credit-risk").pk),
        "to_own": str(open_.get(role="owner", component_key="service:default/loan-decision").pk),
        "signed": str(Requirement.objects.get(round__subject_ref=ref, role="sponsor").pk),
        "signature": str(Signature.objects.filter(requirement__round__subject_ref=ref)[0].pk),
    }


def look(username: str, ref: str) -> None:
    """Let a person see all that a change asks, so that what happens after it is new to them."""
    for asked in Requirement.objects.filter(round__subject_ref=ref, round__state="open").select_related(
        "round"
    ):
        mark_seen(actor=actor(username), requirement=asked, at=clock.now())


def mailed(pk: str, username: str) -> str:
    """Return the link that a mail about a requirement would hold."""
    asked_of = Requirement.objects.select_related("round").get(pk=pk)
    return token_of(asked_in_mail(User.objects.get(username=username), asked_of))
