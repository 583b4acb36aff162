"""The link in a mail that asks for a signature: what it is bound to, when it serves, and that it serves once."""

import base64
import json
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail

from apps.accounts.enums import Role
from apps.accounts.models import User
from apps.approvals.enums import RequirementState, RoundState
from apps.approvals.models import Requirement, Round, Signature
from apps.approvals.rules.checklists import checklist
from apps.approvals.rules.mail_links import LIFE, Following, MailLink, is_theirs, still_serves
from apps.approvals.selectors import asked_in_mail, link_in, still_serves_now, token_of
from apps.approvals.services import close_round, sign_from_mail
from apps.approvals.services.mail_links import ADDRESS, ASKING
from apps.approvals.services.reminding import remind
from apps.audit.models import AuditEvent
from apps.core import clock
from apps.core.actors import person
from apps.core.errors import Forbidden, Stale
from apps.outbox.models import Notification, OutboxMessage
from apps.outbox.services import deliver_due
from tests.people import DIGEST, LOADER, a_need, a_round, add_person, asked_of, prove, sign, take_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def val() -> User:
    return add_person("val", Role.VALIDATOR)


@pytest.fixture
def asked(val: User) -> Requirement:
    add_person("wal", Role.VALIDATOR)
    add_person("spo", Role.SPONSOR)
    return asked_of(a_round(a_need(quorum=2), a_need(Role.SPONSOR)), Role.VALIDATOR)


def follow(user: User, link: MailLink, asked: Requirement, **more: Any) -> Signature:
    """Decide on the page that a link leads to."""
    actor = person(user)
    values: dict[str, Any] = {"digest": DIGEST, "decision": "approve", "checked": checklist(asked.role)}
    return sign_from_mail(
        actor=actor, link=link, requirement=asked, proof=prove(actor, asked), **(values | more)
    )


def tokens() -> dict[str, str]:
    """Return the link of each mail that was sent, by whom it went to."""
    found = {}
    for message in mail.outbox:
        for address in re.findall(r"https?://\S+", message.body):
            parts = urlsplit(address)
            if parts.path == ADDRESS:
                found[message.to[0]] = parse_qs(parts.query)["link"][0]
    return found


# The rule


NOW = datetime(2026, 11, 21, 9, 0, tzinfo=clock.now().tzinfo)
LINK = MailLink(7, 12, DIGEST, NOW)


def following(**more: Any) -> Following:
    values: dict[str, Any] = {
        "link": LINK,
        "now": NOW,
        "digest": DIGEST,
        "round_state": RoundState.OPEN,
        "requirement_state": RequirementState.OPEN,
        "used": False,
    }
    return Following(**(values | more))


def test_still_serves_until_its_seven_days_are_over() -> None:
    assert still_serves(following())
    assert still_serves(following(now=NOW + LIFE - timedelta(microseconds=1)))
    for now in (NOW + LIFE, NOW - timedelta(seconds=1)):
        assert "7 days" in still_serves(following(now=now)).reason


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"newer": 3}, "now revision 3"),
        ({"used": True}, "has been used"),
        ({"digest": "0" * 64}, "no longer what that mail was about"),
        ({"requirement_state": RequirementState.MET}, "all the signatures it needs"),
        *[({"round_state": state}, "") for state in RoundState if state != RoundState.OPEN],
    ],
)
def test_still_serves_when_something_moved_says_what_and_the_way_on(more: dict[str, Any], words: str) -> None:
    answer = still_serves(following(**more))
    assert not answer
    assert words in answer.reason
    assert answer.reason
    assert answer.remedy


def test_link_is_for_its_person_alone() -> None:
    assert is_theirs(LINK, 7)
    assert "someone else" in is_theirs(LINK, 8).reason


# The text


def test_token_reads_as_the_link_that_it_was_made_of_and_as_nothing_else() -> None:
    token = token_of(LINK)
    assert link_in(token) == LINK
    body, signature = token.rsplit(":", 1)
    other = json.dumps([8, 12, DIGEST, int(NOW.timestamp())], separators=(",", ":")).encode()
    forged = base64.urlsafe_b64encode(other).decode().rstrip("=")
    for wrong in ("", "x", ":", body, f"{forged}:{signature}", f"{token}x", token[1:], "\x00", "a:b"):
        assert link_in(wrong) is None, wrong
    for place in range(0, len(token), 7):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert link_in(changed) is None


def test_token_of_another_use_of_the_portals_key_is_no_link() -> None:
    from django.core import signing

    assert link_in(signing.dumps([7, 12, DIGEST, 1])) is None
    assert link_in(signing.Signer().sign_object([7, 12, DIGEST, 1])) is None


# The mail


def test_mail_that_asks_holds_a_link_of_its_own_for_each_person(val: User, asked: Requirement) -> None:
    deliver_due()
    found = tokens()
    assert set(found) == {f"{name}@example.org" for name in ("val", "wal", "spo")}
    link = link_in(found["val@example.org"])
    assert link is not None
    assert (link.person, link.requirement, link.digest) == (val.pk, asked.pk, DIGEST)
    assert len(set(found.values())) == 3


def test_token_is_in_the_mail_alone(val: User, asked: Requirement) -> None:
    deliver_due()
    follow(val, link_in(tokens()["val@example.org"]), asked)
    kept = [
        *Notification.objects.values_list("url", flat=True),
        *Notification.objects.values_list("body", flat=True),
        *[json.dumps(payload) for payload in OutboxMessage.objects.values_list("payload", flat=True)],
        *[bytes(entry).decode() for entry in AuditEvent.objects.values_list("entry", flat=True)],
        *Signature.objects.values_list("attestation", flat=True),
    ]
    for token in tokens().values():
        assert not any(token in text or token.split(":")[0] in text for text in kept)
    assert not any(ADDRESS in text for text in kept)


def test_mails_that_remind_hold_a_link_and_those_that_ask_nothing_hold_none(val: User) -> None:
    round_ = a_round(a_need(hours=-1))
    remind()
    deliver_due()
    rules = set(Notification.objects.filter(user=val).values_list("rule", flat=True))
    assert rules <= set(ASKING)
    assert len([message for message in mail.outbox if ADDRESS in message.body]) == len(mail.outbox) == 2
    mail.outbox.clear()
    ann = add_person("ann")
    round_ = a_round(by=ann)
    sign(actor=person(val), requirement=asked_of(round_, Role.VALIDATOR), digest=DIGEST, decision="approve")
    # It asked, and before the mail went out it was signed: that mail has nothing to decide on any more.
    deliver_due()
    assert {message.to[0] for message in mail.outbox} == {"val@example.org", "ann@example.org"}
    assert not tokens()


# Following it


def test_sign_from_mail_signs_as_from_the_page(val: User, asked: Requirement) -> None:
    link = asked_in_mail(val, asked)
    signature = follow(val, link, asked)
    assert (signature.signer, signature.digest, signature.decision) == (val, DIGEST, "approve")
    assert AuditEvent.objects.filter(event="approval.signed").count() == 1


def test_sign_from_mail_serves_once_even_when_the_signature_is_taken_back(
    val: User, asked: Requirement
) -> None:
    link = asked_in_mail(val, asked)
    follow(val, link, asked)
    for decision in ("approve", "reject"):
        with pytest.raises(Stale, match=r"has been used.*Nothing was signed"):
            follow(val, link, asked, decision=decision, note="No.")
    take_back(val, asked)
    with clock.moved_to(clock.now() + timedelta(minutes=1)):
        with pytest.raises(Stale, match="has been used"):
            follow(val, link, asked)
        assert follow(val, asked_in_mail(val, asked), asked)


def test_sign_from_mail_when_the_link_is_another_persons_or_of_something_else_is_refused(
    val: User, asked: Requirement
) -> None:
    wal = User.objects.get(username="wal")
    with pytest.raises(Forbidden, match="someone else"):
        follow(wal, asked_in_mail(val, asked), asked)
    other = asked_of(a_round(), Role.VALIDATOR)
    with pytest.raises(Forbidden, match="something else"):
        follow(val, asked_in_mail(val, other), asked)
    with pytest.raises(Forbidden, match="Only a person"):
        sign_from_mail(
            actor=LOADER,
            link=asked_in_mail(val, asked),
            requirement=asked,
            digest=DIGEST,
            decision="approve",
            proof=prove(person(val), asked),
        )
    assert not Signature.objects.exists()


def test_sign_from_mail_when_its_time_is_up_or_the_round_is_closed_is_stale(
    val: User, asked: Requirement
) -> None:
    link = asked_in_mail(val, asked)
    with clock.moved_to(link.made_at + LIFE), pytest.raises(Stale, match="7 days"):
        follow(val, link, asked)
    close_round(actor=LOADER, round=asked.round)
    with pytest.raises(Stale, match="no longer asked"):
        follow(val, link, asked)
    assert not Signature.objects.exists()


def test_still_serves_now_leads_from_an_older_revision_to_the_same_role_in_the_new_one(val: User) -> None:
    old = a_round(a_need(component="m"), ref="CHG-7")
    asked = asked_of(old, Role.VALIDATOR, "m")
    link = asked_in_mail(val, asked)
    close_round(actor=LOADER, round=old)
    asked.round.refresh_from_db()
    assert still_serves_now(link, asked).instead is None
    new = a_round(a_need(component="n"), a_need(component="m"), ref="CHG-7", revision=2, digest="1" * 64)
    served = still_serves_now(link, asked)
    assert "now revision 2" in served.decision.reason
    assert served.instead == asked_of(new, Role.VALIDATOR, "m")
    assert Round.objects.count() == 2
