"""The demo organisation with what its first day lacks, and the names of what tests look up in it."""

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str

from apps.accounts.models import ApiToken, User
from apps.accounts.selectors import second_factors_of
from apps.accounts.services import create_person, save_view
from apps.approvals.models import EarlierSignature, Requirement, Signature
from apps.approvals.rules import FIRST_POLICY
from apps.approvals.rules.intents import Proof
from apps.approvals.selectors import asked_in_mail, eligible_people, token_of
from apps.approvals.services import answer_information, ask_information, mark_seen, propose_policy
from apps.audit.models import AuditEvent, AuditText
from apps.audit.services import seal_pending
from apps.calendar.enums import FreezeScope
from apps.calendar.models import Freeze
from apps.calendar.rules import Scope, span_from_local
from apps.calendar.services import declare_freeze, lift_freeze
from apps.cards.models import ModelCard
from apps.cards.services import archive_card
from apps.changes import services as changes
from apps.changes.models import Change, Standard
from apps.changes.rules.inputs import MetricInput
from apps.core import actors, clock
from apps.discussions.services import reply, settle_thread, start_thread, withdraw_comment
from apps.exports.models import ExportJob
from apps.exports.rules import orders
from apps.exports.services import request_export, write_requested_export
from apps.outbox.services import mark_read
from apps.playbooks import services as playbooks
from apps.playbooks.models import Template
from apps.playbooks.selectors import current_version
from apps.retention.rules.holds import HoldScopeInput
from apps.retention.services import erase_texts, lift_hold, place_hold, set_policy
from apps.reviews import services as reviews
from apps.reviews.models import Review
from apps.reviews.selectors import digest_of
from demo.load import LOADER, actor, live, load, wall
from demo.standards import approve_standard, told
from demo.stories import STORIES
from tests.people import sign
from tests.second_factors import with_app

Names = dict[str, str]


STATES = (
    "draft", "in_review", "approved", "in_progress", "completed", "rolled_back", "failed", "closed", "rejected",
    "withdrawn", "on_hold", "expired",
)  # fmt: skip


def settle(home: Path) -> Names:
    """Load the demo organisation, bring it into the states it lacks, and return the names of what is in it."""
    home.mkdir(parents=True, exist_ok=True)
    assert load()
    create_person(
        actor=LOADER,
        username="new.here",
        name="New Here",
        email="new@northgate.example",
        password="lamp-quay-31-otter",
    )
    names = add_changes()
    # From here on the first of each state stays what it is.
    names |= {state: of_state(state).ref for state in STATES}
    look("henrik.lindqvist", of_state("in_review", requester="noor.rahimi").ref)
    names["revised"] = send_again(of_state("in_review", requester="noor.rahimi"))
    names |= again(names["revised"])
    names |= write_reviews() | freeze_and_lift() | export()
    names["hold"] = keep_some()
    names["view"] = saved_view()
    names |= write_documents() | second_factor()
    names["policy"] = propose_rules()
    names |= standards()
    names |= go_ahead()
    routine()
    names |= to_sign_together()
    archive_card(actor=actor("tomasz.wojcik"), card=card_of("basket-recs", "1"))
    mark_read(actor=actor("noor.rahimi"))
    while seal_pending():
        pass
    look("tomasz.wojcik", names["in_review"])
    names |= talk(names["in_review"])
    names |= cards() | asked(names["in_review"]) | entries(names["revised"]) | links()
    return names | {"mail_link": mailed(names["to_validate"], "tomasz.wojcik")}


def look(username: str, ref: str) -> None:
    """Let a person see all that a change asks, so that what happens after it is new to them."""
    for asked in Requirement.objects.filter(round__subject_ref=ref, round__state="open").select_related(
        "round"
    ):
        mark_seen(actor=actor(username), requirement=asked, at=clock.now())


def second_factor() -> Names:
    """Set an authenticator app up for one person."""
    user = User.objects.get(username="new.here")
    with_app(user)
    factor = second_factors_of(user).code
    assert factor is not None
    return {"second_factor": str(factor.pk)}


def of_state(state: str, *, requester: str = "") -> Change:
    """Return the first change in a state."""
    found = Change.objects.filter(state=state).order_by("number")
    return found.filter(requester__username__contains=requester)[0]


def by_ref(ref: str) -> Change:
    """Return the change with a number."""
    return Change.objects.get(number=int(ref.removeprefix("CHG-")))


def card_of(model: str, version: str) -> ModelCard:
    """Return the card of a version."""
    return ModelCard.objects.get(version__component__key=f"model:default/{model}", version__version=version)


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
    return names


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


def mailed(pk: str, username: str) -> str:
    """Return the link that a mail about a requirement would hold."""
    asked_of = Requirement.objects.select_related("round").get(pk=pk)
    return token_of(asked_in_mail(User.objects.get(username=username), asked_of))


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


def write_reviews() -> Names:
    """Write the reviews of a change that failed and of one that completed, and sign the first."""
    for state in ("failed", "completed"):
        review = Review.objects.get(change=of_state(state))
        who = actors.person(review.change.requester)
        reviews.record_review(
            actor=who,
            review=review,
            digest=digest_of(review),
            outcome="failed" if state == "failed" else "successful",
            what_happened="21:04 The first page came out.\n21:40 The fifth dispute had no room, and we stopped.",
            contributing_factors="The template was tried with two disputes only.\nNobody asked how many there are.",
            went_well="No customer saw a page.",
            realised={metric.pk: None for metric in review.metrics.all()},
        )
        review.refresh_from_db()
        reviews.add_action(
            actor=who,
            review=review,
            text="Try the template with forty disputes",
            owner=review.change.requester,
            due_on=clock.now().date() + timedelta(days=9),
        )
    signed = Review.objects.get(change=of_state("failed"))
    reviews.sign_review(actor=actor("leila.haddad"), review=signed, digest=digest_of(signed))
    ended = {
        f"review_{state}": of_state(state).review.ref for state in ("rolled_back", "completed", "failed")
    }
    return ended | {"review_closed": of_state("closed").review.ref}


ROLLBACK = {
    "version": "credit-risk 2, digest 4be1",
    "kept": True,
    "signs": [
        {"sign": "Approvals fall by 2 points in an hour", "where": "The loan board", "automatic": False}
    ],
    "decides": "The owner of loan-decision, on watch all night",
    "steps": [
        {"do": "Point the alias at version 2", "who": "On watch", "minutes": 5, "check": "The board says 2"},
        {"do": "Empty the cache of scores", "who": "On watch", "minutes": 10, "check": "Its size is 0"},
    ],
    "minutes": 15,
    "answers": "They stand. Those near the bound are looked at by hand.",
    "data": "Nothing",
    "after": "We always can",
}


def write_documents() -> Names:
    """Write a rollback plan and two drafts; the template gets a newer version, and one draft moves there."""
    manager, who = actor("leila.haddad"), actor("amara.okafor")
    template = Template.objects.get(kind="rollback_plan")
    made = []
    for title in ("Back to credit-risk 2", "Back, once more", "Back, a third time"):
        document = playbooks.start_document(actor=who, template=template)
        made.append(playbooks.save_document(actor=who, document=document, title=title, content=ROLLBACK))
    playbooks.finish_document(actor=who, document=made[0])
    changes.attach_document(actor=who, change=of_state("in_review"), document=made[0])
    again = playbooks.start_document(actor=who, template=template)
    playbooks.save_document(actor=who, document=again, title="For another change", content=ROLLBACK)
    playbooks.finish_document(actor=who, document=again)
    schema = current_version(template).schema
    schema["properties"]["after"]["enum"] = ["Yes, always", "Not after a known moment"]
    schema["properties"]["after"]["title"] = "Can we always go back?"
    playbooks.write_template(
        actor=manager, template=template, schema=schema, note="The choices are questions."
    )
    playbooks.move_document(actor=who, document=made[1])
    retired = playbooks.add_template(
        actor=manager, kind="communication_plan", schema=schema | {"title": "Telling everybody"}
    )
    playbooks.retire_template(actor=manager, template=retired, reason="The other asks what matters.")
    return {
        "template": template.ref,
        "template_retired": retired.ref,
        "document": made[0].ref,
        "document_moved": made[1].ref,
        "document_draft": made[2].ref,
    }


def saved_view() -> str:
    """Let the auditor save a view of the ledger."""
    view = save_view(actor=actor("femi.balogun"), page="ledger", name="Refused lately", query="kind=refused")
    return str(view.pk)


def keep_some() -> str:
    """Place a hold, lift another, erase a text, and put a policy in force. Return the hold that stands."""
    who = actor("leila.haddad")
    hold = place_hold(
        actor=who,
        scope=HoldScopeInput("component", component_key="model:default/credit-risk"),
        reason="Case 7",
    )
    over = place_hold(
        actor=who,
        scope=HoldScopeInput("record", of_state("closed").ref),
        reason="A question of the regulator",
    )
    lift_hold(actor=who, hold=over, reason="It is answered")
    set_policy(actor=who, name="Records schedule 4.2", keep_years=10, reason="EU AI Act 18: ten years")
    text = AuditText.objects.filter(event__object_type="person").order_by("pk")[0]
    erase_texts(actor=who, entries=[text.event_id], reason="Asked for by the person")
    return hold.ref


def freeze_and_lift() -> Names:
    """Freeze one model for a day and lift the freeze again."""
    peak = Freeze.objects.get()
    now = clock.now()
    lifted = declare_freeze(
        actor=actor("leila.haddad"),
        name="Audit of the loan models",
        reason="The auditors compare scores over one day.",
        span=span_from_local(wall(now, 3, "06:00"), wall(now, 4, "06:00"), "Europe/London"),
        scope=Scope(FreezeScope.KIND, kind="model"),
    )
    lift_freeze(actor=actor("leila.haddad"), freeze=lifted)
    return {"freeze": peak.ref, "lifted": lifted.ref}


def export() -> Names:
    """Ask for three exports: one is written, one fails, one waits."""
    while seal_pending():
        pass
    day = clock.now().date()
    done, failed, queued = (
        request_export(actor=actor("femi.balogun"), order=orders.Order(orders.Scope(day, day)))
        for _ in range(3)
    )
    write_requested_export(export_id=done.pk)
    ExportJob.objects.filter(pk=failed.pk).update(error="The disk is full.", state="failed")
    today = {"today": day.isoformat(), "month": f"{day:%Y-%m}"}
    return {"export_done": done.ref, "export_failed": failed.ref, "export_queued": queued.ref} | today


def cards() -> Names:
    """Return the numbers of a card that is published, one in draft, one to publish and one that is archived."""
    return {
        "card": card_of("credit-risk", "2").ref,
        "card_draft": card_of("credit-risk", "3").ref,
        "card_empty": card_of("churn-propensity", "1").ref,
        "card_archived": card_of("basket-recs", "1").ref,
    }


def propose_rules() -> str:
    """Have a change manager propose that two sponsors sign what is risky, and return the version's name."""
    document = deepcopy(FIRST_POLICY)
    two = {
        "id": "two-sponsors",
        "risks": ["high", "severe"],
        "quorum": {"count": 2},
        "why": "The risk is high.",
    }
    document["rules"].insert(0, document["rules"][0] | two)
    made = propose_policy(actor=actor("leila.haddad"), document=document, reason="Two look closer than one.")
    return made.ref


def standards() -> Names:
    """Have a standard change in each state, a draft that is within one, and a change that left its own."""
    now = clock.now().replace(second=0, microsecond=0)
    story = next(one for one in STORIES if one.change_class == "standard")
    wrong = replace(
        story,
        title="Publish returns that came late",
        items=[(story.items[0][0], "2026-10")],
        end="rolled_back",
        reason="One store sent its returns twice.",
        lesson=None,
        opens=0,
        at="now",
    )
    approve_standard(wrong, actor("noor.rahimi"), now)
    live(replace(wrong, end="in_review", hours=3, opens=29, at="05:00", unsigned=("sponsor", "steward")), now)
    left = Change.objects.latest("number").ref
    live(wrong, now)
    amara, leila = actor("amara.okafor"), actor("leila.haddad")
    first = Standard.objects.get(number=1)
    given = told(story, now)
    second = changes.write_standard(actor=leila, given=replace(given, most_minutes=90), standard=first)
    changes.propose_standard(actor=leila, version=second, reason="An hour was short in March.")
    drafted = changes.write_standard(actor=amara, given=replace(given, title="Publish returns by store"))
    retired = changes.write_standard(actor=leila, given=replace(given, title="Publish returns by hand"))
    changes.retire_standard(actor=leila, standard=retired.standard, reason="The pipeline does it.")
    return {
        "standard": first.ref,
        "standard_suspended": Standard.objects.get(number=2).ref,
        "standard_draft": drafted.standard.ref,
        "standard_retired": retired.standard.ref,
        "from_standard": changes.start_from_standard(actor=amara, standard=first).ref,
        "left": left,
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


def talk(ref: str) -> Names:
    """Let people talk about a change, and a signer ask; return the thread, an own comment and the questions."""
    begun = start_thread(
        actor=actor("priya.raghunathan"),
        subject_type="change",
        ref=ref,
        text="> It spots 3 more bad loans.\n\nIf this is late, do we hold the gateway? @noor.rahimi knows.",
        about="plan",
    )
    reply(
        actor=actor("amara.okafor"), thread=begun.thread, text="Hold it, see https://northgate.example/run/4."
    )
    settled = start_thread(
        actor=actor("henrik.lindqvist"),
        subject_type="change",
        ref=ref,
        text="Per 1,000 of whom?",
        about="summary",
    )
    settle_thread(actor=actor("amara.okafor"), thread=settled.thread)
    withdrawn = reply(actor=actor("noor.rahimi"), thread=begun.thread, text="I was wrong.")
    withdraw_comment(actor=actor("noor.rahimi"), comment=withdrawn)
    asks = Requirement.objects.get(
        round__subject_ref=ref, state="open", role="owner", component_key="service:default/loan-decision"
    )
    put = ask_information(actor=actor("priya.raghunathan"), requirement=asks, question="Which hour is quiet?")
    answer_information(actor=actor("amara.okafor"), inquiry=put, answer="06:00 to 07:00.")
    waits = ask_information(actor=actor("priya.raghunathan"), requirement=asks, question="And on Sundays?")
    return {
        "thread": str(begun.thread_id),
        "comment": str(begun.pk),
        "answered": str(put.pk),
        "waits": str(waits.pk),
    }


def entries(revised: str) -> Names:
    """Return the ledger's first entry, and those of a second revision and of a signature."""
    second = AuditEvent.objects.filter(event="change.submitted", object_id=revised).latest("pk")
    return {
        "first_entry": str(AuditEvent.objects.earliest("pk").pk),
        "entry_revised": str(second.pk),
        "entry_signed": str(AuditEvent.objects.filter(event="approval.signed").latest("pk").pk),
    }


def links() -> Names:
    """Return a token, and the two halves of a link to choose a new password."""
    user = User.objects.get(username="new.here")
    return {
        "token": ApiToken.objects.get(user__username="amara.okafor").prefix,
        "uid": user_pk_to_url_str(user),
        "key": default_token_generator.make_token(user),
    }
