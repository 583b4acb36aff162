"""The page of a conflict, and its forms: move, one after the other, a waiver."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.approvals.models import Requirement
from apps.audit.models import AuditEvent
from apps.calendar.models import Conflict, Disposition
from apps.calendar.rules import EVERYTHING, Limit, Rulebook
from apps.calendar.selectors import conflicts_of
from apps.calendar.services import write_rulebook
from apps.core import clock
from apps.outbox.models import Notification
from tests.changes.estate import NOW, Estate, submitted
from tests.web.reading import Enter

LATER = {"start": "2026-11-26T06:00", "end": "2026-11-26T08:30"}
WHY = "Both teams agreed on it."


@pytest.fixture(autouse=True)
def now() -> object:
    with clock.moved_to(NOW):
        yield


def met(estate: Estate) -> tuple[str, str, Conflict, str]:
    one, other = submitted(estate), submitted(estate)
    conflict = Conflict.objects.get(kind="same_component")
    return one.ref, other.ref, conflict, f"/calendar/conflicts/{conflict.pk}/"


def test_page_shows_both_sides_the_path_and_three_ways(estate: Estate, enter: Enter) -> None:
    one, other, _, path = met(estate)
    text = enter("amara").get(path).content.decode()
    for said in (one, other, "Move one", "One goes after the other", "Ask for a waiver", "Last checked"):
        assert said in text
    assert f'href="/calendar/move/{one}/"' in text
    for ref in (one, other):
        assert f'href="{path}">Settle it' in enter("amara").get(f"/changes/{ref}/").content.decode()


def test_page_of_too_many_at_once_names_the_number_allowed_and_the_others_with_links(
    estate: Estate, enter: Enter
) -> None:
    document = Rulebook(limits=(Limit("Loans", EVERYTHING, 1),)).document()
    write_rulebook(actor=estate.actor("leila"), document=document, reason="The desk is small.")
    one, two, far = submitted(estate), submitted(estate), submitted(estate, **LATER)
    found = Conflict.objects.get(kind="limit", booking=one.booking_id)
    path = f"/calendar/conflicts/{found.pk}/"
    text = enter("amara").get(path).content.decode()
    sentence = "More changes go out at once than the 1 that “Loans” allows."
    assert sentence in text
    crowd = text.partition('id="h-crowd"')[2].partition("</section>")[0]
    assert f'href="/changes/{two.ref}/"' in crowd
    assert one.ref not in crowd
    assert far.ref not in crowd
    for page in (f"/changes/{one.ref}/", "/calendar/?month=2026-11"):
        assert sentence in enter("amara").get(page).content.decode()


def test_page_when_neither_side_is_theirs_says_who_may(estate: Estate, enter: Enter) -> None:
    _, _, _, path = met(estate)
    text = enter("ruth").get(path).content.decode()
    assert "Only Amara Okafor, who asked for the changes, or a Change Manager can settle this." in text
    assert "<form" not in text.partition('id="main"')[2].partition("</main>")[0]
    answer = enter("ruth").post(f"{path}after/", {"after-first": "CHG-1", "after-reason": WHY})
    assert answer.status_code in (403, 422)


def test_after_when_set_is_seen_by_both_sides_and_taken_back(estate: Estate, enter: Enter) -> None:
    one, other, _, path = met(estate)
    client = enter("amara")
    answer = client.post(f"{path}after/", {"after-first": one, "after-reason": WHY}, follow=True)
    assert f"{other} goes after {one} now." in answer.content.decode()
    for ref in (one, other):
        text = client.get(f"/changes/{ref}/").content.decode()
        assert f"{other} goes after {one}." in text
        assert WHY in text
    held = Disposition.objects.get(part_of=None)
    assert client.post(f"{path}end/", {"disposition": "x"}).status_code == 409
    assert (
        "It is taken back."
        in client.post(f"{path}end/", {"disposition": held.pk}, follow=True).content.decode()
    )
    assert client.post(f"{path}end/", {"disposition": held.pk}).status_code == 409


def test_waiver_when_asked_is_signed_from_the_inbox(estate: Estate, enter: Enter) -> None:
    _, _, _, path = met(estate)
    given = {
        "waiver-until": "2026-11-25T08:00",
        "waiver-reason": WHY,
        "waiver-compensating": "One watches both.",
    }
    answer = enter("amara").post(f"{path}waiver/", given, follow=True)
    assert "WVR-1 is out to be signed." in answer.content.decode()
    priya = enter("priya")
    assert "WVR-1" in priya.get("/inbox/?kind=waiver").content.decode()
    text = priya.get(path).content.decode()
    assert "Review and sign" in text
    [number] = Disposition.objects.filter(part_of=None).values_list("number", flat=True)
    sign = reverse("web:approval-sign", args=[Requirement.objects.get(round__subject_ref="WVR-1").pk])
    assert f'href="{sign}"' in text
    shown = priya.get(sign).content.decode()
    for said in ("One watches both.", "What is waived", "CHG-", "Waived until"):
        assert said in shown, said
    assert priya.get(f"/calendar/waivers/WVR-{number}/").headers["Location"] == path
    assert priya.get("/calendar/waivers/WVR-9/").status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("until", "2027-11-19T06:00", "at most 90 days"),
        ("until", "2026-11-01T06:00", "This time has passed"),
        ("until", "soon", "Give a day and a time"),
        ("until", "0001-01-01T00:00", "Choose a year from 1970"),
        ("until", "2027-03-28T01:30", "01:30 does not exist on 28 March 2027"),
        ("reason", "", "Why should it go out all the same?"),
    ],
)
def test_waiver_when_given_badly_says_so_at_the_field(
    estate: Estate, enter: Enter, field: str, value: str, said: str
) -> None:
    _, _, _, path = met(estate)
    given = {"until": "2026-11-25T08:00", "reason": WHY, "compensating": "One watches both."} | {field: value}
    answer = enter("amara").post(f"{path}waiver/", {f"waiver-{name}": text for name, text in given.items()})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Disposition.objects.exists()


def test_page_when_there_is_none_is_not_found(estate: Estate, enter: Enter) -> None:
    assert enter("amara").get("/calendar/conflicts/99999/").status_code == 404
    assert enter("amara").get("/calendar/conflicts/99999999999999999999/").status_code == 404


def test_page_costs_the_same_with_2_and_12_decisions(estate: Estate, enter: Enter) -> None:
    one, _, _, path = met(estate)
    client = enter("amara")
    counts = []
    for decided in range(1, 13):
        client.post(f"{path}after/", {"after-first": one, "after-reason": WHY})
        if decided in (2, 12):
            client.get(path)
            with CaptureQueriesContext(connection) as queries:
                client.get(path)
            counts.append(len(queries))
        client.post(f"{path}end/", {"disposition": Disposition.objects.filter(part_of=None).latest("pk").pk})
    assert counts[0] == counts[1]
    assert counts[0] <= 25


def test_pages_show_all_that_is_between_two_changes_in_one_block(estate: Estate, enter: Enter) -> None:
    one, other, _, path = met(estate)
    submitted(estate, names=("applications",))
    client = enter("amara")
    found = [each for each in conflicts_of(one) if each.ref == other]
    assert len(found) > 1
    whole = client.get(f"/changes/{one}/").content.decode()
    section = whole.partition('id="conflicts"')[2].partition("</section>")[0]
    refs = [each.ref for each in conflicts_of(one)]
    assert section.count("<h3>") == len(set(refs)) == 2
    block = section.partition(f"{other}: ")[2].partition("<h3>")[0]
    assert block.count("Settle it") == len(found)
    assert block.index("Blocks") < block.index("Warning")
    beside = client.get(path).content.decode().partition("Also between these two")[2]
    assert beside.count("Settle it") == len(found) - 1


def test_move_when_another_asked_for_the_change_asks_them_with_the_form_filled_in(
    estate: Estate, enter: Enter
) -> None:
    one, _, _, path = met(estate)
    leila = enter("leila")
    assert f"Ask Amara Okafor to move {one}" in leila.get(path).content.decode()
    form = f"/calendar/move/{one}/"
    assert "Ask Amara Okafor to move it" in leila.get(form).content.decode()
    for given in (
        {"reason": ""},
        {"reason": WHY, "local_start": "2026-11-01T06:00", "local_end": "2026-11-01T07:00"},
        {"reason": WHY, "local_start": "2026-11-25T08:00"},
    ):
        assert leila.post(f"{form}ask/", given).status_code == 422
    assert not Notification.objects.filter(rule="change.move_asked").exists()
    given = {"reason": WHY, "local_start": "2026-11-25T08:00", "local_end": "2026-11-25T09:00"}
    answer = leila.post(f"{form}ask/", given, follow=True)
    assert f"Amara Okafor is asked to move {one}." in answer.content.decode()
    told = Notification.objects.get(rule="change.move_asked")
    assert told.user.username == "amara"
    assert "What the new time meets" in enter("amara").get(told.url).content.decode()
    assert enter("amara").post(f"{form}ask/", given).status_code == 403
    assert AuditEvent.objects.filter(event="change.move_asked", object_id=one).count() == 1
