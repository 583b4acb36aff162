"""Every field of every form, filled with what nobody means.

That is never an error of the portal. What is refused has changed nothing, and says why.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import cache, partial
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import get_resolver, resolve

from apps.accounts.models import User
from apps.approvals.models import OwnershipCheck
from apps.approvals.rules.timetable import mornings
from apps.approvals.selectors import inbox_for, may_snooze_now
from apps.approvals.services import ask_ownership, offer_delegation, snooze
from apps.core import actors, clock
from demo.signing import actor
from tests.e2e.addresses import filled, patterns
from tests.e2e.forms import Form, Values, forms_in
from tests.e2e.hostile import (
    HOSTILE,
    TEXTS,
    says_why,
    undone,
    wrong_with,
)
from tests.e2e.organisation import Names
from tests.e2e.pages import AREAS
from tests.e2e.pages.look import FEMI, LEILA, NOBODY, NOOR, PRIYA, TOMASZ, YUKI, Look

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

PASSWORD = "lamp-quay-31-otter"
FIELDS = 4
"""How many fields of a form get a hostile value: all values come up in their turn, at a field of their kind."""
FORM = "application/x-www-form-urlencoded"

NO_FORM: dict[str, tuple[str, str, Form]] = {
    "web:approval-looked": (
        TOMASZ,
        "/approvals/{to_validate}/looked/",
        Form(
            "",
            {"seconds": ["5"], "opened": ["plan"], "shown": ["2026-11-02T06:00:00Z"]},
            {"seconds": "number", "opened": "text", "shown": "datetime-local"},
        ),
    ),
    "web:card-preview": (
        TOMASZ,
        "/models/{card_draft}/preview/",
        Form("", {"limitations": ["**Few** cases"]}, {"limitations": "textarea"}),
    ),
    "web:playbook-read": (
        LEILA,
        "/playbooks/{playbook}/read/",
        Form("", {"version": ["2"]}, {"version": "hidden"}),
    ),
    "web:course-confirm": (
        YUKI,
        "/training/{course_read}/confirm/",
        Form("", {"version": ["1"]}, {"version": "hidden"}),
    ),
    "web:card-start": (
        TOMASZ,
        "/models/start/",
        Form(
            "",
            {"component": ["model:default/credit-risk"], "version": ["1"]},
            {"component": "hidden", "version": "hidden"},
        ),
    ),
    "web:conflict-end": (
        LEILA,
        "/calendar/conflicts/{conflict}/end/",
        Form("", {"disposition": ["1"]}, {"disposition": "hidden"}),
    ),
    "web:period-skip": (
        LEILA,
        "/calendar/periods/{freeze}/skip/",
        Form(
            "",
            {"start": ["2026-12-02T03:00:00Z"], "reason": ["Not needed"]},
            {"start": "select", "reason": "text"},
        ),
    ),
    "web:view-share": (
        FEMI,
        "/account/views/{view}/share/",
        Form("", {"team": ["lending-services"]}, {"team": "select"}),
    ),
}
"""What takes values, and on none of the pages that are opened there is a form for it."""
STILL = {"web:help", "web:keyboard", "web:accessibility", "web:session"}
"""What reads nothing that is sent, whatever the method."""
SAYS_OTHERWISE = {
    "web:policy-new",
    "web:sign-together",
    "web:account-tokens",
    "web:calendar-feeds",
    "web:card-preview",
}
"""What may answer with a page of its own: it says what would be done, was done, or that nothing was chosen."""

NOT_WRITTEN = {"", "hidden", "button", "select", "radio", "checkbox"}
"""Kinds of fields in which nobody writes anything that a page would show."""
KEEPS = {"web:document-edit"}
"""What keeps an unfinished draft whatever it lacks, and says what that is when it is to be finished."""


@pytest.fixture
def ready(names: Names, db: None) -> Names:
    """Put more people into the middle of something, far from UTC, and let all have one password."""
    for turn, user in enumerate(User.objects.order_by("pk")):
        user.time_zone = ("Asia/Tokyo", "America/Los_Angeles", "Europe/Dublin")[turn % 3]
        user.password = make_password(PASSWORD)
        user.save()
    put_off(PRIYA)
    return names | cover_and_checks()


def cover_and_checks() -> Names:
    """Have one person ask another to sign for them, and everyone be asked whether what they hold is theirs."""
    day = clock.now().date()
    offer_delegation(
        actor=actor(PRIYA), delegate=User.objects.get(username=NOOR), first=day, last=day + timedelta(days=9)
    )
    with clock.moved_to(clock.now() + timedelta(days=100)):
        ask_ownership(actor=actors.system("hostile"))
    return {"holds": OwnershipCheck.objects.order_by("pk")[0].grant.user.username}


def put_off(who: str) -> None:
    """Have a person put a decision off until the first morning that is open to them."""
    user = User.objects.get(username=who)
    for asked in inbox_for(user, "needs_me"):
        for until in mornings(clock.now(), asked.due_at, user.time_zone):
            if may_snooze_now(user, asked, until):
                snooze(actor=actor(who), requirement=asked, until=until)
                return


def alike(text: str) -> str:
    """Return a name or an address without its numbers: one row or record of a kind stands for all."""
    return re.sub(r"\d+", "#", text.partition("?")[0])


def sound(form: Form) -> Values:
    """Return what the form holds, with what is empty filled in, so that one field at a time is wrong."""
    fitting = {
        "number": "1",
        "date": "2027-02-03",
        "datetime-local": "2027-02-03T12:00",
        "password": PASSWORD,
    }
    filled = {}
    for name, held in form.values.items():
        kind = form.kinds[name]
        if any(held) and kind != "password":
            filled[name] = held
        elif name in form.choices:
            filled[name] = [one for one in form.choices[name] if one][:1]
        else:
            filled[name] = held if kind in ("hidden", "button") else [fitting.get(kind, "Because it must.")]
    return filled


def fillings(form: Form, turn: Counter[str]) -> Iterator[tuple[str, str, Values]]:
    """Yield the form with nothing in it, and with a hostile value in one field after the other, with its kind."""
    base = sound(form)
    yield "with nothing in it", "", {}
    names = sorted({alike(name): name for name in form.kinds}.values())
    for name in Random(alike(form.action)).sample(names, min(len(names), FIELDS)):
        kind = form.kinds[name]
        known = list(HOSTILE.get(kind, TEXTS).items())
        what, value = known[turn[kind] % len(known)]
        turn[kind] += 1
        yield f"with {name} ({kind}): {what}", kind, base | {name: value}


def found_forms(names: Names) -> Iterator[tuple[Client, str, Form]]:
    """Yield every form that is posted, with a browser of someone who is shown it."""
    more = [
        Look("/account/cover/", NOOR),
        Look("/account/roles/", names["holds"]),
        Look("/inbox/?tab=snoozed", PRIYA),
        Look("/ledger/?kind=refused", FEMI),
    ]
    looks = [*more, *(look for area in AREAS.values() for seen in area.values() for look in seen)]
    opened: set[Any] = set()
    known: set[Any] = set()
    browser_of = cache(signed_in)
    for look in looks:
        key = (look.who, alike(look.path), *re.findall("(?:tab|link)=.*", look.path))
        if look.send is not None or look.status != 200 or not look.path.startswith("/") or key in opened:
            continue
        opened.add(key)
        yield from new_forms(browser_of(look.who), look.who, look.path.format(**names), known)
    yield from new_forms(halfway_in(), NOBODY, "/accounts/second-factor/", known)
    for who, path, form in NO_FORM.values():
        form.action = path.format(**names)
        yield browser_of(who), f"{who}: {form.action}", form


def new_forms(client: Client, who: str, path: str, known: set[Any]) -> Iterator[tuple[Client, str, Form]]:
    """Yield the forms of a page whose kind is not known yet."""
    page = client.get(path, follow=True)
    if page.status_code != 200 or page.streaming or "html" not in page["Content-Type"]:
        return
    for form in forms_in(page.wsgi_request.get_full_path(), page.content.decode()):
        kind = (alike(form.action), frozenset(map(alike, form.values)))
        if kind not in known:
            known.add(kind)
            yield client, f"{who or 'nobody'}: {form.action}", form


def halfway_in() -> Client:
    """Return a browser of someone who has given their password, and is asked for the code of their app."""
    client = Client()
    client.post("/accounts/login/", {"login": "new.here", "password": PASSWORD})
    return client


def signed_in(who: str) -> Client:
    client = Client()
    if who != NOBODY:
        client.force_login(User.objects.get(username=who))
    return client


def post_form(client: Client, action: str, values: Values) -> Any:
    """Post as a browser does, but for what no browser would write: half a surrogate pair as it is."""
    sent = values | {"csrfmiddlewaretoken": ["0"]}
    body = urlencode(sent, doseq=True, encoding="utf-8", errors="surrogatepass")
    cookies = client.cookies.copy()
    try:
        return client.post(action, body, content_type=FORM)
    finally:
        client.cookies = cookies


def judge_page(client: Client, view: str, kind: str, answer: Any) -> Iterator[str]:
    """Yield what is wrong with the answer to a form, and with the page that shows what a person wrote."""
    if answer.status_code >= 500:
        yield f"it answers {answer.status_code}"
    again = answer.status_code in (200, 422) and answer.content and view not in SAYS_OTHERWISE
    if again and kind != "button" and not says_why(answer):
        yield "it is shown again, and says nothing"
    if answer.status_code == 302 and kind not in NOT_WRITTEN:
        led = client.get(answer["Location"])
        if led.status_code >= 500:
            yield f"it leads to {answer['Location']}, which answers {led.status_code}"


def test_no_value_in_any_form_breaks_it_or_is_kept_where_it_is_refused(ready: Names) -> None:
    turn: Counter[str] = Counter()
    wrong: list[str] = []
    reached: set[str] = set()
    for client, said, form in found_forms(ready):
        view = resolve(form.action.partition("?")[0]).view_name
        reached.add(view)
        for what, kind, values in fillings(form, turn):
            send = partial(post_form, client, form.action, values)
            judge = partial(judge_page, client, view, kind)
            wrong += [f"{said} {what}: {one}" for one in wrong_with(send, judge, keeps=view in KEEPS)]
    assert wrong == []
    assert taking_a_post(ready, but=reached | STILL) == set()


def taking_a_post(names: Names, *, but: set[str]) -> set[str]:
    """Return the names of the portal's own other addresses that take a POST."""
    found, client = set(), signed_in(LEILA)
    for name, pattern in patterns(get_resolver()):
        if name.startswith("web:") and name not in but:
            answers: list[int] = []
            with undone():
                answers.append(client.post(filled(pattern, names)).status_code)
            if 405 not in answers:
                found.add(name)
    return found
