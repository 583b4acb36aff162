"""Briefings that people of the demo organisation wrote: one that the sponsor signed, and a draft for the quarter."""

from dataclasses import replace
from datetime import datetime, timedelta

from apps.accounts.models import User
from apps.changes.models import Change
from apps.core import actors, clock
from apps.insights.rules.paper import briefing_of
from apps.insights.rules.periods import PeriodKind, period_of
from apps.insights.rules.writing import words_of
from apps.insights.selectors import about_for
from apps.insights.services import ask_briefing_signature, begin_briefing, write_briefing
from demo.signing import decide_all

WRITTEN = {
    "changes": "We teach the model that scores loan applicants with data up to September. Fraud checks at the till "
    "start to read the same signals, so that two teams keep one copy.",
    "affects": "Every loan applicant, and everyone who pays by card in a store. Staff see no new screens.",
    "wrong": "The model could turn down good applicants. That is possible. We watch approvals each hour, and go back "
    "when they fall by 2 points.",
    "undo": "One step puts both models back. It takes about 4 minutes, and nobody has to apply again.",
    "waiting": "Each month on the old model costs about 40 bad loans.",
}


def write_briefings(now: datetime) -> None:
    """Have the sponsor write and sign the briefing of the retraining, and begin that of the quarter."""
    sponsor = User.objects.get(username="henrik.lindqvist")
    actor = actors.person(sponsor)
    change = Change.objects.get(title__startswith="Retrain the credit-risk model")
    with clock.moved_to(now - timedelta(hours=1)):
        about = about_for(sponsor, change.ref)
        assert about is not None
        version = begin_briefing(actor=actor, about=about)
        words = replace(
            words_of(briefing_of(version.document)), title="Loan scoring with September’s data", parts=WRITTEN
        )
        version = write_briefing(actor=actor, about=about, version=version, words=words, seen=version.digest)
        decide_all(ask_briefing_signature(actor=actor, about=about, version=version, seen=version.digest))
        quarter = about_for(sponsor, period_of(PeriodKind.QUARTER, now.date()).name)
        assert quarter is not None
        begin_briefing(actor=actor, about=quarter)
