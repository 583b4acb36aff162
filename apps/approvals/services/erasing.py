"""Erasing questions, answers and why something went ahead. That it happened stays, with salted digests of the words."""

from collections.abc import Collection

from django.db import transaction

from apps.accounts.models import User
from apps.approvals.models import BreakGlass, Inquiry
from apps.audit.services import record_event
from apps.core.actors import Actor


@transaction.atomic
def erase_questions(*, actor: Actor, person: User) -> int:
    """Erase what a person asked and answered, and return how many texts. Who may ask is judged by the caller."""
    count = Inquiry.objects.filter(asker=person).exclude(question="").update(question="")
    count += Inquiry.objects.filter(ended_by=person).exclude(answer="").update(answer="")
    count += BreakGlass.objects.filter(by=person).exclude(reason="").update(reason="", incident="")
    record_event(event="approval.questions_erased", actor=actor, obj=person, data={"texts": count})
    return count


@transaction.atomic
def erase_questions_of_entries(*, actor: Actor, entries: Collection[int]) -> int:
    """Erase the questions and answers whose salted digests these entries hold, and return how many."""
    count = Inquiry.objects.filter(question_entry__in=entries).exclude(question="").update(question="")
    count += Inquiry.objects.filter(answer_entry__in=entries).exclude(answer="").update(answer="")
    count += BreakGlass.objects.filter(entry__in=entries).exclude(reason="").update(reason="", incident="")
    if count:
        record_event(
            event="approval.questions_erased", actor=actor, obj=("ledger", "texts"), data={"texts": count}
        )
    return count
