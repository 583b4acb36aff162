"""What beat runs: reminders, and rounds that nobody can complete any more."""

import logging

from celery import shared_task

from apps.approvals.rules import unreachable
from apps.approvals.selectors import open_rounds, rounds_to_expire, tallies
from apps.approvals.services import (
    ask_ownership,
    escalate_ownership,
    escalate_unsigned,
    expire_round,
    forget_unused_intents,
    hand_over,
    reject_unreachable,
    remind,
    resume_clocks,
)
from apps.core.actors import system

_log = logging.getLogger(__name__)


@shared_task
def task_remind_approvals() -> None:
    """Tell people what is due, overdue, or was put off until now; then give up what nobody decides.

    Clocks that have stood for long enough run again first, so that what is overdue by then is told too.
    """
    while resume_clocks():
        pass
    while told := remind():
        _log.info("Told people of %s approvals that are due.", told)
    for round_ in rounds_to_expire():
        try:
            if expire_round(actor=system("approvals"), round=round_):
                _log.info("Gave up %s: nobody decided in time.", round_)
        except Exception:
            _log.exception("%s could not be given up.", round_)


@shared_task
def task_reject_unreachable_rounds() -> None:
    """Hand what nobody is left for to its team's contact; reject each round that even so cannot be met.

    One that fails is logged.
    """
    rounds = {round_.pk: round_ for round_ in open_rounds()}
    for pk, tally in tallies(rounds).items():
        try:
            if unreachable(tally.asks, tally.taken) is None:
                continue
            hand_over(actor=system("approvals"), round=rounds[pk])
            if reject_unreachable(actor=system("approvals"), round=rounds[pk]):
                _log.warning("Rejected %s: nobody is left who can sign it.", rounds[pk])
        except Exception:
            _log.exception("%s could not be rejected.", rounds[pk])


@shared_task
def task_escalate_unsigned() -> None:
    """Tell managers and executives of what went ahead and was not signed by everyone in time."""
    while late := escalate_unsigned(actor=system("approvals")):
        _log.warning("Escalated %s that went ahead and are not signed.", late)


@shared_task
def task_ask_ownership() -> None:
    """Ask each quarter who still answers for what, and escalate what nobody confirmed in time."""
    actor = system("approvals")
    while asked := ask_ownership(actor=actor):
        _log.info("Asked %s people whether their roles are still theirs.", asked)
    while late := escalate_ownership(actor=actor):
        _log.info("Escalated %s roles that nobody confirmed.", late)


@shared_task
def task_forget_unused_intents() -> None:
    """Remove the signing pages that were shown and never answered."""
    forget_unused_intents()
