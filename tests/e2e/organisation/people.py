"""What people say to each other, and what is their own."""

from datetime import timedelta

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str

from apps.accounts.models import ApiToken, User
from apps.accounts.selectors import second_factors_of
from apps.accounts.services import save_view
from apps.approvals.models import Requirement
from apps.approvals.services import answer_information, ask_information
from apps.core import clock
from apps.discussions.models import Comment
from apps.discussions.services import reply, settle_thread, start_thread, withdraw_comment
from demo.signing import actor
from tests.e2e.organisation.finding import Names
from tests.second_factors import with_app


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
    # It can be edited for minutes only, and the whole suite takes longer.
    Comment.objects.filter(pk=begun.pk).update(written_at=clock.now() + timedelta(days=1))
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


def saved_view() -> str:
    """Let the auditor save a view of the ledger."""
    view = save_view(actor=actor("femi.balogun"), page="ledger", name="Refused lately", query="kind=refused")
    return str(view.pk)


def second_factor() -> Names:
    """Set an authenticator app up for one person."""
    user = User.objects.get(username="new.here")
    with_app(user)
    factor = second_factors_of(user).code
    assert factor is not None
    return {"second_factor": str(factor.pk)}


def links() -> Names:
    """Return a token, and the two halves of a link to choose a new password."""
    user = User.objects.get(username="new.here")
    return {
        "token": ApiToken.objects.get(user__username="amara.okafor").prefix,
        "uid": user_pk_to_url_str(user),
        "key": default_token_generator.make_token(user),
    }
