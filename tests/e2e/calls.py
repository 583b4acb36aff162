"""Every call of the API that changes something, with a body that is taken, by a person who may."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from apps.calendar.enums import ConflictKind
from apps.calendar.models import Conflict, Occurrence
from apps.cards.models import ModelCard
from apps.changes.models import Change
from apps.changes.services import plan_message
from apps.core import clock
from apps.insights.models import BriefingVersion
from apps.insights.rules.paper import HEADINGS
from apps.playbooks.models import PlaybookVersion
from apps.policy.enums import SetState
from apps.policy.models import PolicySet
from apps.policy.services import withdraw_draft, write_draft
from apps.reviews.models import Review
from apps.reviews.selectors import digest_of
from demo.load import wall
from demo.signing import actor
from tests.e2e.organisation import Names
from tests.e2e.pages.look import AMARA, FEMI, HENRIK, JONAS, LEILA, PRIYA, TOMASZ, YUKI
from tests.playbooks.playbook import SAID

Post = Callable[[str, str], Any]
"""Make a call without a body as a person, and return what it answers."""


@dataclass(frozen=True)
class Call:
    """A call: ``operation`` is its verb and address as the API's description names them."""

    operation: str
    path: str
    who: str
    body: dict[str, Any] = field(default_factory=dict)

    @property
    def verb(self) -> str:
        return self.operation.partition(" ")[0]


def calls(names: Names, password: str, post: Post) -> Iterator[Call]:
    """Yield every call; what is to be signed has been shown. Make one before you ask for the next."""
    yield from _signatures(names, password, post)
    yield from _changes(names)
    yield from _reviews(names, password)
    yield from _gate(names)
    yield from _rest(names)
    yield from _rules()
    yield from _briefings(names)
    yield from _playbooks(names)
    yield from _training(names)


def _gate(names: Names) -> list[Call]:
    question = {
        "change": names["in_progress"],
        "stage": "features",
        "component": "model:default/store-demand",
        "artifact": "ab" * 32,
        "environment": "production",
        "idempotency_key": "run-7",
        "dry_run": False,
    }
    return [Call("post gate/", "gate/", JONAS, question)]


def _rules() -> Iterator[Call]:
    """Yield the calls about the draft in hand, and then, when it is given up, the one that begins another."""
    leila, draft = actor(LEILA), PolicySet.objects.get(state=SetState.DRAFT)
    document = draft.document | {"title": "Ours"}
    held = write_draft(actor=leila, policy_set=draft, document=document, reason="PIR-0961", seen=draft.digest)
    digest = {"digest": held.digest}
    less = document | {"rules": document["rules"][:1]}
    waiver = {
        "rule": "rollback-plan-there",
        "scope": "model:default/churn-propensity",
        "reason": "The plan is written on Monday.",
        "compensating": "The version before stays warm.",
        "until": (clock.now() + timedelta(days=5)).isoformat(),
    }
    yield Call("patch rules/draft/", "rules/draft/", LEILA, digest | {"document": less, "reason": "Fewer."})
    yield Call("post rules/draft/check/", "rules/draft/check/", LEILA, {"document": less})
    yield Call("post rules/dry-runs/", "rules/dry-runs/", LEILA, digest)
    yield Call("post rules/draft/approval/", "rules/draft/approval/", LEILA, digest)
    yield Call("post rules/draft/withdraw/", "rules/draft/withdraw/", LEILA, digest)
    yield Call("post rules/waivers/", "rules/waivers/", AMARA, waiver)
    yield Call("post rules/waivers/{ref}/end/", "rules/waivers/RWV-1/end/", AMARA)
    withdraw_draft(actor=leila, policy_set=held)
    yield Call("post rules/draft/", "rules/draft/", LEILA, {"reason": "PIR-0962"})


def _signatures(names: Names, password: str, post: Post) -> list[Call]:
    one = post(TOMASZ, f"approvals/{names['to_validate']}/intent/")
    several = {ref: post(HENRIK, f"approvals/{names[ref]}/intent/") for ref in ("low_first", "low_second")}
    urgent = post(LEILA, f"changes/{names['urgent']}/go-ahead/intent/")
    decision = {"decision": "approve", "note": "Seen.", "checked": one["checklist"]}
    items = [
        {"requirement": int(names[ref]), "checked": shown["checklist"]} | _shown(shown)
        for ref, shown in several.items()
    ]
    reasons = {"reason": "Refusals doubled.", "incident": "https://incidents.northgate.example/INC-9"}
    known = {"password": password, "code": ""}
    return [
        Call("post approvals/{id}/intent/", f"approvals/{names['to_own']}/intent/", PRIYA),
        Call(
            "post approvals/{id}/sign/",
            f"approvals/{names['to_validate']}/sign/",
            TOMASZ,
            _shown(one) | decision | known,
        ),
        Call("post approvals/together/", "approvals/together/", HENRIK, {"items": items} | known),
        Call("post changes/{ref}/go-ahead/intent/", f"changes/{names['urgent']}/go-ahead/intent/", LEILA),
        Call(
            "post changes/{ref}/go-ahead/",
            f"changes/{names['urgent']}/go-ahead/",
            LEILA,
            _shown(urgent) | reasons | known,
        ),
    ]


def _shown(intent: dict[str, Any]) -> dict[str, Any]:
    return {"digest": intent["digest"], "nonce": intent["nonce"]}


def _draft() -> dict[str, Any]:
    now = clock.now()
    risk = {"text": "Approvals fall", "likelihood": "likely", "harm": "minor", "mitigation": "Watch"}
    metric = {
        "name": "AUC",
        "target": 0.9,
        "unit": "",
        "direction": "at_least",
        "baseline": 0.8,
        "bound": 0.7,
    }
    step = {"text": "Move the alias", "lead": AMARA, "minutes": 10, "way_back": "Move it back.", "after": []}
    item = {
        "component": "model:default/credit-risk",
        "to_version": "77",
        "from_version": None,
        "difference": "More data.",
        "register": True,
    }
    return {
        "title": "Retrain the credit-risk model",
        "summary": "We train the model on newer data.",
        "outcome": "Fewer bad loans.",
        "cost_of_waiting": "More bad loans.",
        "items": [item],
        "success_metrics": [metric],
        "impact_notes": [
            {"component": "model:default/churn-propensity", "included": True, "reason": "It reads it."}
        ],
        "change_class": "normal",
        "time_zone": "Europe/London",
        "local_start": wall(now, 3, "06:00"),
        "local_end": wall(now, 3, "08:00"),
        "rollback_plan": "Point the alias back.",
        "rollback_minutes": 5,
        "rollback_criteria": ["Approvals fall"],
        "risk_scenarios": [risk],
        "plan_steps": [step, step | {"text": "Watch", "after": [1]}],
    }


def _changes(names: Names) -> list[Call]:
    step, reason = "post changes/{ref}/{step}/", {"reason": "It is not the day."}
    comment = {"text": f"Is it late, @{AMARA}?", "thread": int(names["thread"])}
    about = {"text": "Is it late?", "about": "plan"}
    part = {
        name: _draft()[name]
        for name in ("title", "local_start", "local_end", "rollback_minutes", "plan_steps")
    }
    talk = f"changes/{names['in_review']}/comments/"
    return [
        Call("post changes/", "changes/", AMARA, _draft()),
        Call("patch changes/{ref}/", f"changes/{names['draft']}/", AMARA, part),
        Call(step, f"changes/{names['in_progress']}/roll-back/", JONAS, reason),
        Call(step, f"changes/{names['in_progress']}/fail/", JONAS, reason),
        Call(step, f"changes/{names['in_review']}/hold/", LEILA, reason),
        Call(step, f"changes/{names['in_review']}/withdraw/", AMARA, reason),
        Call(step, f"changes/{names['ready']}/submit/", AMARA),
        Call(step, f"changes/{names['on_hold']}/resume/", LEILA),
        Call("post changes/{ref}/comments/", talk, AMARA, comment),
        Call("post changes/{ref}/comments/", talk, AMARA, about),
    ]


def _reviews(names: Names, password: str) -> list[Call]:
    ref = names["review_completed"]
    review = Review.objects.get(change__number=int(ref[4:]))
    who = review.change.requester.username
    told = {
        "digest": digest_of(review),
        "outcome": "successful",
        "what_happened": "It went well.",
        "went_well": "All.",
        "realised": {one.name: 0.91 for one in review.metrics.all()},
    }
    action = {
        "text": "Try it with forty",
        "owner": AMARA,
        "due_on": f"{clock.now() + timedelta(days=9):%Y-%m-%d}",
    }
    signed = {"digest": digest_of(review), "password": password, "code": ""}
    moment = {"at": f"{clock.now():%Y-%m-%dT%H:%M:%SZ}", "what": "The fifth had no room", "who": "Clerk"}
    at, factor = f"reviews/{ref}/timeline/", {"theme": "tests", "text": "Two were tried"}
    becomes = {"becomes": "template", "record": names["template"], "version": 1}
    answered = review.feedback.get(pk=names["review_feedback"])
    answer = {"felt": "worse", "saw": "Twice the pages", "better": "Tell us before."}
    return [
        Call("post reviews/{ref}/timeline/", at, who, moment),
        Call("put reviews/{ref}/timeline/{id}/", f"{at}{names['review_moment']}/", who, moment),
        Call("delete reviews/{ref}/timeline/{id}/", f"{at}{names['review_moment']}/", who),
        Call("post reviews/{ref}/factors/", f"reviews/{ref}/factors/", who, factor),
        Call(
            "put reviews/{ref}/factors/{id}/", f"reviews/{ref}/factors/{names['review_factor']}/", who, factor
        ),
        Call("delete reviews/{ref}/factors/{id}/", f"reviews/{ref}/factors/{names['review_factor']}/", who),
        Call(
            "post reviews/{ref}/feedback/{id}/",
            f"reviews/{ref}/feedback/{answered.pk}/",
            answered.asked.all()[0].username,
            answer,
        ),
        Call(
            "post reviews/{ref}/actions/{id}/becomes/",
            f"reviews/{ref}/actions/{names['review_action']}/becomes/",
            who,
            becomes,
        ),
        Call("patch reviews/{ref}/", f"reviews/{ref}/", who, told),
        Call("post reviews/{ref}/actions/", f"reviews/{ref}/actions/", who, action),
        Call("post reviews/{ref}/sign/", f"reviews/{ref}/sign/", LEILA, signed),
    ]


def _rest(names: Names) -> list[Call]:
    now = clock.now()
    freeze = {
        "name": "Half-year close",
        "reason": "The books are closed.",
        "kind": "freeze",
        "scope": {"covers": {"kind": ["model"]}},
        "rrule": "FREQ=YEARLY",
        "exdates": ["2031-12-26"],
        "rdates": [],
        "on_call": [],
        "time_zone": "Europe/London",
        "local_start": wall(now, 40, "06:00"),
        "local_end": wall(now, 41, "06:00"),
    }
    edition = ModelCard.objects.get(number=int(names["card_draft"][5:])).edition
    version = {
        "version": "78",
        "description": "More data.",
        "code_commit": "0c1d2e3",
        "datasets": [{"name": "loans", "digest": {"sha256": "abc"}}],
        "hyperparameters": {"depth": 3},
        "metrics": {"auc": 0.9},
    }
    card = {
        "edition": edition,
        "content": {
            "overview": "It scores loans.",
            "limitations": "Few young people.",
            "metrics": [{"name": "AUC", "value": 0.9, "low": 0.8, "high": 0.95}],
        },
    }
    card_file = {
        "file": "---\ntags: [loans]\n---\n# Loans\n\n## Trade-offs\n\nSpeed.\n",
        "take": ["tradeoffs"],
    }
    export = {
        "start": f"{now:%Y-%m-%d}",
        "end": f"{now:%Y-%m-%d}",
        "subject": "entries",
        "format": "csv",
        "component": "model:default/credit-risk",
        "change": names["in_review"],
        "person": AMARA,
        "events": ["change."],
        "fields": [],
        "withheld": [],
        "seed": "",
    }
    day = f"{now + timedelta(days=50):%Y%m%d}"
    event = f"BEGIN:VEVENT\nUID:close\nSUMMARY:Close\nDTSTART;VALUE=DATE:{day}\nEND:VEVENT"
    file = {
        "file": f"BEGIN:VCALENDAR\n{event}\nEND:VCALENDAR\n",
        "source": "Closing",
        "kind": "on_call",
        "time_zone": "Europe/London",
        "scope": {"covers": {"kind": ["model"]}},
        "owner": LEILA,
        "on_call": [LEILA],
    }
    why = {"reason": "Over"}
    kept = Conflict.objects.filter(cleared_at=None, kind=ConflictKind.FREEZE).earliest("pk")
    outcome = {"change": kept.booking.ref, "outcome": "moves", "reason": "It can wait."}
    weekly = Occurrence.objects.filter(period__name="Overnight settlement", start__gt=now).earliest("start")
    versions = "catalog/components/model:default/credit-risk/versions/"
    return [
        Call("post calendar/periods/", "calendar/periods/", LEILA, freeze),
        Call("post calendar/periods/{ref}/lift/", f"calendar/periods/{names['freeze']}/lift/", LEILA, why),
        Call(
            "post calendar/periods/{ref}/outcomes/",
            f"calendar/periods/{kept.period.ref}/outcomes/",
            LEILA,
            outcome,
        ),
        Call(
            "post calendar/periods/{ref}/skip/",
            f"calendar/periods/{weekly.period.ref}/skip/",
            LEILA,
            why | {"start": weekly.start.isoformat()},
        ),
        Call("post calendar/imports/", "calendar/imports/", LEILA, file),
        Call("post calendar/imports/preview/", "calendar/imports/preview/", LEILA, file),
        Call("post catalog/components/{key}/versions/", versions, AMARA, version),
        Call("patch cards/{ref}/", f"cards/{names['card_draft']}/", TOMASZ, card),
        Call("post cards/{ref}/import/", f"cards/{names['card_draft']}/import/", TOMASZ, card_file),
        Call(
            "post cards/{ref}/import/preview/",
            f"cards/{names['card_draft']}/import/preview/",
            TOMASZ,
            card_file,
        ),
        Call("post cards/{ref}/fill/", f"cards/{names['card_empty']}/fill/", TOMASZ),
        Call("post cards/{ref}/submit/", f"cards/{names['card_ready']}/submit/", TOMASZ),
        Call("post cards/{ref}/take-back/", f"cards/{names['card_review']}/take-back/", TOMASZ),
        Call("post cards/{ref}/archive/", f"cards/{names['card_empty']}/archive/", TOMASZ),
        Call("post exports/", "exports/", FEMI, export),
        Call("post exports/{ref}/cancel/", f"exports/{names['export_queued']}/cancel/", FEMI),
    ]


def _playbooks(names: Names) -> list[Call]:
    at, number = f"playbooks/{names['playbook']}/", PlaybookVersion.objects.filter(playbook__number=1).count()
    places = {"component": ["model:default/credit-risk"], "conflict": []}
    return [
        Call("post playbooks/", "playbooks/", LEILA, SAID),
        Call("put playbooks/{ref}/", at, LEILA, SAID | {"note": "Shorter.", "version": number}),
        Call("put playbooks/{ref}/places/", f"{at}places/", LEILA, places),
        Call("post playbooks/{ref}/read/", f"{at}read/", TOMASZ, {"version": number}),
        Call("post drills/{ref}/start/", f"drills/{names['drill']}/start/", AMARA),
        Call(
            "post drills/{ref}/cancel/", f"drills/{names['drill']}/cancel/", AMARA, {"reason": "An incident."}
        ),
        Call("post playbooks/{ref}/retire/", f"{at}retire/", LEILA, {"reason": "Unused."}),
    ]


def _training(names: Names) -> list[Call]:
    at = f"training/{names['course']}/"
    said = {
        "title": "Validating models",
        "teaches": "Three days.",
        "roles": ["validator"],
        "days": 365,
        "own_word": False,
        "owner": LEILA,
    }
    done = {"people": [TOMASZ], "completed_on": f"{clock.now().date()}", "evidence": "ab" * 32}
    withdraw = f"{at}completions/{names['completion']}/withdraw/"
    return [
        Call("post training/", "training/", LEILA, said),
        Call("put training/{ref}/", at, LEILA, said | {"note": "Longer.", "version": 2}),
        Call("post training/{ref}/completions/", f"{at}completions/", LEILA, done),
        Call("post training/{ref}/completions/{number}/withdraw/", withdraw, LEILA, {"reason": "A mistake."}),
        Call(
            "post training/{ref}/confirm/", f"training/{names['course_read']}/confirm/", YUKI, {"version": 1}
        ),
        Call("post training/{ref}/retire/", f"{at}retire/", LEILA, {"reason": "Unused."}),
    ]


def _briefings(names: Names) -> Iterator[Call]:
    """Yield the calls about the draft of a quarter, then the one that begins another's."""
    digest = {"digest": BriefingVersion.objects.get(number=2).digest}
    words = dict.fromkeys(("title", "heading", "decision", *HEADINGS), "We wait.")
    message = {"at": "goes_back", "audience": "crew", "text": ""}
    at = f"changes/{names['in_review']}/messages/"
    yield Call("post briefings/{ref}/approval/", "briefings/BRF-2/approval/", HENRIK, digest)
    yield Call("patch briefings/{ref}/", "briefings/BRF-2/", HENRIK, digest | words | {"figures": [0]})
    digest = {"digest": BriefingVersion.objects.get(number=2).digest}
    yield Call("post briefings/{ref}/withdraw/", "briefings/BRF-2/withdraw/", HENRIK, digest)
    yield Call("post briefings/about/{about}/", "briefings/about/2026-Q3/", HENRIK)
    yield Call("post changes/{ref}/messages/", at, AMARA, message)
    change = Change.objects.get(number=int(names["in_review"][4:]))
    planned = plan_message(actor=actor(AMARA), change=change, at="starts", audience="crew", text="We start.")
    yield Call("post changes/{ref}/messages/{number}/drop/", f"{at}{planned.pk}/drop/", AMARA)
