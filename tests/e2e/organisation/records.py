"""Reviews, freezes, exports, cards, and what is kept."""

from datetime import timedelta

from apps.accounts.models import User
from apps.audit.models import AuditEvent, AuditText
from apps.audit.services import seal_pending
from apps.calendar.models import Conflict, Period
from apps.calendar.rules import scope_of_one, span_from_local
from apps.calendar.services import lift_period, make_feed
from apps.cards.services import write_edition
from apps.core import actors, clock
from apps.exports.models import ExportJob
from apps.exports.rules import orders
from apps.exports.services import request_export, write_requested_export
from apps.retention.rules.holds import HoldScopeInput
from apps.retention.services import erase_texts, lift_hold, place_hold, set_policy
from apps.reviews import services as reviews
from apps.reviews.models import Review
from apps.reviews.selectors import digest_of
from demo.load import wall
from demo.signing import actor
from tests.e2e.organisation.finding import Names, card_of, of_state
from tests.planning import declared


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
            went_well="No customer saw a page.",
            realised={metric.pk: None for metric in review.metrics.all()},
        )
        review.refresh_from_db()
        factor = reviews.add_factor(
            actor=who, review=review, theme="tests", text="The template was tried with two disputes only."
        )
        reviews.add_moment(
            actor=who, review=review, at=clock.now(), what="The fifth had no room", who="Clerk"
        )
        reviews.add_action(
            actor=who,
            review=review,
            text="Try the template with forty disputes",
            factor=factor,
            owner=review.change.requester,
            due_on=clock.now().date() + timedelta(days=9),
        )
    signed = Review.objects.get(change=of_state("failed"))
    reviews.sign_review(actor=actor("leila.haddad"), review=signed, digest=digest_of(signed))
    ended = {
        f"review_{state}": of_state(state).review.ref for state in ("rolled_back", "completed", "failed")
    }
    completed = of_state("completed").review
    rows = {
        "review_moment": completed.moments.first(),
        "review_factor": completed.factors.first(),
        "review_feedback": completed.feedback.filter(asked__isnull=False).first(),
        "review_action": completed.actions.first(),
    }
    return (
        ended
        | {"review_closed": of_state("closed").review.ref}
        | {name: str(row.pk if row else 0) for name, row in rows.items()}
    )


def freeze_and_lift() -> Names:
    """Freeze one model for a day and lift the freeze again."""
    peak = Period.objects.get(name="Christmas peak in the stores")
    now = clock.now()
    lifted = declared(
        actor("leila.haddad"),
        span_from_local(wall(now, 3, "06:00"), wall(now, 4, "06:00"), "Europe/London"),
        scope_of_one("kind", "model"),
        "Audit of the loan models",
    )
    lift_period(actor=actor("leila.haddad"), period=lifted, reason="Over")
    conflict = Conflict.objects.filter(cleared_at=None).exclude(other=None).earliest("pk")
    return {"freeze": peak.ref, "lifted": lifted.ref, "conflict": str(conflict.pk)}


def feed() -> Names:
    """Make a calendar feed."""
    made, _ = make_feed(actor=actor("amara.okafor"), name="My changes", shows="mine")
    return {"feed": made.prefix}


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


def cards() -> Names:
    """Return the numbers of a card that is approved, one in review, one in draft that lacks a field and one that lacks
    none, one that nobody wrote on and one that is archived.
    """
    write_edition(
        actor=actor("ingrid.solheim"),
        card=card_of("collections-rank", "1"),
        fields={
            "intended_use": "Who is called first.",
            "limitations": "It knows no moods.",
            "retraining_triggers": [{"kind": "schedule", "every": 1, "unit": "year"}],
            "owners": [User.objects.get(username="priya.raghunathan").pk],
        },
    )
    return {
        "card_ready": card_of("collections-rank", "1").ref,
        "card_review": card_of("store-demand", "1").ref,
        "card": card_of("credit-risk", "2").ref,
        "card_draft": card_of("credit-risk", "3").ref,
        "card_empty": card_of("churn-propensity", "1").ref,
        "card_archived": card_of("basket-recs", "1").ref,
    }


def entries(revised: str) -> Names:
    """Return the ledger's first entry, and those of a second revision and of a signature."""
    second = AuditEvent.objects.filter(event="change.submitted", object_id=revised).latest("pk")
    return {
        "first_entry": str(AuditEvent.objects.earliest("pk").pk),
        "entry_revised": str(second.pk),
        "entry_signed": str(AuditEvent.objects.filter(event="approval.signed").latest("pk").pk),
    }
