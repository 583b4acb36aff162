"""Every page of the portal, with addresses to open it at: what ``test_every_page`` sweeps.

Whoever adds an address to the portal adds it here: to ``AREAS`` with an example of each shape that it takes, or to
``NO_PAGE`` with the reason why there is nothing to look at. ``{names}`` stand for what ``organisation.settle`` put
into the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass

AMARA, NOOR, JONAS = "amara.okafor", "noor.rahimi", "jonas.weber"
TOMASZ, PRIYA, HENRIK = "tomasz.wojcik", "priya.raghunathan", "henrik.lindqvist"
LEILA, FEMI, MARGUERITE = "leila.haddad", "femi.balogun", "marguerite.dubois"
NEW, NOBODY = "new.here", ""


@dataclass(frozen=True)
class Look:
    """An address as ``who`` opens it. With ``send``, its form is emptied, filled with that, and sent."""

    path: str
    who: str = LEILA
    status: int = 200
    send: Mapping[str, str] | None = None
    form: str = "#main form[method=post]"
    # Where it leads, for what is an address and not a page of its own.
    leads_to: str = ""


def empty(path: str, who: str = LEILA, status: int = 422, **filled: str) -> Look:
    """Return a look at what a form says when hardly anything is filled in."""
    return Look(path, who, status, filled)


def steps(ref: str, who: str) -> list[Look]:
    """Return each step of the wizard."""
    return [
        Look(f"/changes/{ref}/edit/{step}/", who)
        for step in ("what", "why", "impact", "when", "how-back", "check")
    ]


Area = dict[str, list[Look]]

HOME: Area = {
    "web:home": [Look("/", who) for who in (AMARA, TOMASZ, PRIYA, LEILA, FEMI, NEW)],
    "web:inbox": [
        Look("/inbox/", TOMASZ),
        Look("/inbox/?tab=waiting", AMARA),
        Look("/inbox/?tab=snoozed", TOMASZ),
        Look("/inbox/?tab=decided", HENRIK),
        Look("/inbox/?q=zebra&role=validator", TOMASZ),
        Look("/inbox/?risk=nonsense", TOMASZ),
        Look("/inbox/", FEMI),
    ],
    "web:inbox-item": [
        Look("/inbox/{to_validate}/", TOMASZ),
        Look("/inbox/{to_own}/", PRIYA),
        Look("/inbox/{signed}/?tab=decided", HENRIK),
        Look("/inbox/{again}/", HENRIK),
        Look("/inbox/{kept}/?tab=decided", HENRIK),
    ],
    "web:signature": [
        Look("/approvals/signatures/{signature}/", HENRIK),
        Look("/approvals/signatures/{signature}/", FEMI),
    ],
    "web:approval-sign": [
        Look("/approvals/{to_validate}/sign/", TOMASZ),
        Look("/approvals/{to_own}/sign/", AMARA),
        Look("/approvals/{again}/sign/", HENRIK),
        empty("/approvals/{to_validate}/sign/", TOMASZ),
    ],
    "web:sign-together": [
        Look("/inbox/together/?item={low_first}&item={low_second}&item={to_validate}", HENRIK),
        Look("/inbox/together/?item={to_validate}", HENRIK),
        Look("/inbox/together/", HENRIK),
        empty("/inbox/together/?item={low_first}&item={low_second}", HENRIK),
    ],
    "web:mail-link": [
        Look("/approvals/mail/?link=broken", TOMASZ, 404, leads_to="/approvals/mail/"),
        Look("/approvals/mail/?link={mail_link}", TOMASZ, leads_to="/approvals/{to_validate}/mail/"),
    ],
    # Tomasz's browser brings the link that the last of these has opened; Priya's brings none.
    "web:approval-mail": [
        Look("/approvals/{to_validate}/mail/", TOMASZ),
        empty("/approvals/{to_validate}/mail/", TOMASZ),
        Look("/approvals/{to_own}/mail/", PRIYA, 400),
    ],
    "web:approval-withdraw": [
        Look("/approvals/{signed}/withdraw/", HENRIK),
        empty("/approvals/{signed}/withdraw/", HENRIK),
    ],
    "web:policy": [Look("/policy/"), Look("/policy/", AMARA)],
    "web:policy-version": [
        Look("/policy/POLICY-1/", FEMI),
        Look("/policy/{policy}/"),
        Look("/policy/{policy}/", HENRIK),
    ],
    "web:policy-rule": [
        Look("/policy/POLICY-1/rules/model-validator/"),
        Look("/policy/{policy}/rules/sponsor/", FEMI),
    ],
    "web:policy-new": [
        Look("/policy/new/"),
        empty("/policy/new/", document='{"v": 1, "rules": [{}]}', reason="Because."),
    ],
    "web:policy-withdraw": [Look("/policy/{policy}/withdraw/")],
    "web:change-asked": [
        Look("/changes/{in_review}/asked/", AMARA),
        Look("/changes/{closed}/asked/", FEMI),
    ],
    "web:notifications": [Look("/notifications/", who) for who in (AMARA, NOOR, NEW)],
}

CHANGES: Area = {
    "web:changes": [
        Look("/changes/"),
        Look("/changes/?tab=mine", AMARA),
        Look("/changes/?tab=ended"),
        Look("/changes/?tab=all&q=fraud&state=in_review&risk=2"),
        Look("/changes/?q=zebra"),
        Look("/changes/", NEW),
    ],
    "web:change": [
        Look("/changes/{in_review}/", TOMASZ),
        Look("/changes/{in_review}/?timeline=all", AMARA),
        Look("/changes/{revised}/", NOOR),
        Look("/changes/{approved}/", NOOR),
        Look("/changes/{startable}/", NOOR),
        Look("/changes/{left}/", HENRIK),
        Look("/changes/{in_progress}/", JONAS),
        Look("/changes/{completed}/", AMARA),
        Look("/changes/{rolled_back}/"),
        Look("/changes/{failed}/"),
        Look("/changes/{closed}/", FEMI),
        Look("/changes/{rejected}/", JONAS),
        Look("/changes/{withdrawn}/"),
        Look("/changes/{on_hold}/"),
        Look("/changes/{expired}/", JONAS),
        Look("/changes/{unsent}/", AMARA),
        Look("/changes/{ahead}/", TOMASZ),
    ],
    "web:change-go-ahead": [
        Look("/changes/{urgent}/go-ahead/"),
        Look("/changes/{urgent}/go-ahead/", TOMASZ),
        empty("/changes/{urgent}/go-ahead/"),
    ],
    "web:change-documents": [
        Look("/changes/{draft}/documents/", AMARA),
        Look("/changes/{in_review}/documents/", AMARA),
        Look("/changes/{in_review}/documents/", FEMI),
        Look("/changes/{in_review}/documents/", AMARA, 422, {}, "#main form:has(select)"),
    ],
    "web:change-revision": [
        Look("/changes/{revised}/revisions/2/"),
        Look("/changes/{revised}/revisions/1/"),
        Look("/changes/{in_review}/revisions/1/", TOMASZ),
    ],
}

STANDARDS: Area = {
    "web:standards": [Look("/standard-changes/", who) for who in (AMARA, LEILA, FEMI)]
    + [Look("/standard-changes/", NEW, 403)],
    "web:standard-new": [
        Look("/standard-changes/new/", AMARA),
        Look("/standard-changes/new/", TOMASZ, 403),
        empty("/standard-changes/new/", AMARA),
    ],
    "web:standard": [
        Look("/standard-changes/{standard}/", AMARA),
        Look("/standard-changes/{standard}/", TOMASZ),
        Look("/standard-changes/{standard_suspended}/"),
        Look("/standard-changes/{standard_retired}/", FEMI),
    ],
    "web:standard-version": [
        Look("/standard-changes/{standard}/versions/1/", FEMI),
        Look("/standard-changes/{standard}/versions/2/", HENRIK),
        Look("/standard-changes/{standard_draft}/versions/1/", AMARA),
        Look("/standard-changes/{standard_draft}/versions/1/"),
    ],
    "web:standard-write": [
        Look("/standard-changes/{standard_draft}/write/", AMARA),
        Look("/standard-changes/{standard}/write/", AMARA, 409),
        empty("/standard-changes/{standard_draft}/write/", AMARA),
    ],
    "web:standard-propose": [
        Look("/standard-changes/{standard_draft}/versions/1/propose/", AMARA),
        empty("/standard-changes/{standard_draft}/versions/1/propose/", AMARA),
    ],
    "web:standard-withdraw": [Look("/standard-changes/{standard}/versions/2/withdraw/")],
    "web:standard-retire": [
        Look("/standard-changes/{standard}/retire/"),
        Look("/standard-changes/{standard}/retire/", AMARA, 403),
        empty("/standard-changes/{standard}/retire/"),
    ],
}

TALK: Area = {
    "web:discussion": [
        Look("/changes/{in_review}/discussion/", AMARA),
        Look("/changes/{in_review}/discussion/?comment={comment}", PRIYA),
        Look("/changes/{in_review}/discussion/?show=mine", NOOR),
        Look("/changes/{in_review}/discussion/", FEMI),
        Look("/changes/{closed}/discussion/", TOMASZ),
    ],
    "web:discussion-start": [
        Look("/changes/{in_review}/discussion/", AMARA, 422, {}, "#main form[action$='/new/']"),
    ],
    "web:comment-edit": [
        Look("/changes/{in_review}/discussion/comments/{comment}/edit/", PRIYA),
        empty("/changes/{in_review}/discussion/comments/{comment}/edit/", PRIYA),
    ],
    "web:comment-withdraw": [Look("/changes/{in_review}/discussion/comments/{comment}/withdraw/", PRIYA)],
    "web:question-ask": [
        Look("/inbox/{to_validate}/ask/", TOMASZ),
        empty("/inbox/{to_validate}/ask/", TOMASZ),
    ],
    "web:question": [
        Look("/questions/{waits}/", AMARA),
        Look("/questions/{waits}/", PRIYA),
        Look("/questions/{answered}/", TOMASZ),
        empty("/questions/{waits}/", AMARA),
    ],
}

ACTS: Area = {
    "web:change-act": [
        Look("/changes/{ready}/submit/", AMARA),
        Look("/changes/{startable}/start/", NOOR),
        Look("/changes/{approved}/start/", NOOR, 409),
        Look("/changes/{in_progress}/complete/", JONAS),
        Look("/changes/{in_progress}/roll-back/", JONAS),
        empty("/changes/{in_progress}/roll-back/", JONAS, 200),
        Look("/changes/{in_progress}/fail/", JONAS),
        Look("/changes/{failed}/close/"),
        Look("/changes/{in_review}/hold/"),
        Look("/changes/{on_hold}/resume/"),
        Look("/changes/{in_review}/revise/", AMARA),
        Look("/changes/{in_review}/withdraw/", AMARA),
    ],
    "web:briefing": [
        Look("/changes/{in_review}/briefing/", HENRIK),
        Look("/changes/{closed}/briefing/", MARGUERITE),
    ],
    "web:briefings": [Look("/briefings/", MARGUERITE), Look("/briefings/?week=2001-01-01", MARGUERITE)],
    "web:reviews": [
        Look("/reviews/"),
        Look("/reviews/?tab=signed"),
        Look("/reviews/?tab=actions"),
    ],
    "web:review": [
        Look("/reviews/{review_rolled_back}/", JONAS),
        Look("/reviews/{review_completed}/", AMARA),
        Look("/reviews/{review_failed}/", NOOR),
        Look("/reviews/{review_closed}/"),
    ],
    "web:review-edit": [
        Look("/reviews/{review_rolled_back}/edit/", JONAS),
        Look("/reviews/{review_completed}/edit/", AMARA),
    ],
    "web:review-action-add": [
        Look("/reviews/{review_completed}/", AMARA, 422, {}, "#main form[action$='/actions/']"),
    ],
    "web:review-sign": [
        Look("/reviews/{review_completed}/sign/"),
        empty("/reviews/{review_completed}/sign/"),
    ],
}

WIZARD: Area = {
    "web:change-new": [
        Look("/changes/new/", AMARA),
        Look("/changes/new/?component=model:default/credit-risk", AMARA),
        empty("/changes/new/", AMARA),
    ],
    "web:change-resume": [
        Look("/changes/{draft}/edit/", AMARA, leads_to="/changes/{draft}/edit/why/"),
    ],
    "web:change-edit": [
        *steps("{draft}", AMARA),
        *steps("{ready}", AMARA),
        *steps("{from_standard}", AMARA),
        Look("/changes/{revising}/edit/check/", JONAS),
        *[
            empty(f"/changes/{{draft}}/edit/{step}/", AMARA)
            for step in ("what", "why", "when", "how-back", "check")
        ],
    ],
}

PLANNING: Area = {
    "web:calendar": [
        Look("/calendar/"),
        Look("/calendar/?month={month}"),
        Look("/calendar/?month=2001-01"),
    ],
    "web:calendar-agenda": [
        Look("/calendar/agenda/?month={month}"),
        Look("/calendar/agenda/?month={month}&day={today}"),
        Look("/calendar/agenda/?month=2001-01"),
    ],
    "web:freeze-new": [
        Look("/calendar/freezes/new/"),
        Look("/calendar/freezes/new/", FEMI),
        empty("/calendar/freezes/new/", status=200),
        empty(
            "/calendar/freezes/new/",
            status=200,
            name="Half-year close",
            reason="The books are closed.",
            time_zone="Europe/London",
            local_start="2036-12-20T18:00",
            local_end="2037-01-03T06:00",
            scope="everything",
        ),
    ],
    "web:freeze": [Look("/calendar/freezes/{freeze}/"), Look("/calendar/freezes/{lifted}/", FEMI)],
    "web:freeze-lift": [Look("/calendar/freezes/{freeze}/lift/")],
    "web:models": [Look("/models/", TOMASZ), Look("/models/?q=zebra", TOMASZ)],
    "web:card": [
        Look("/models/{card}/", TOMASZ),
        Look("/models/{card_draft}/?with={card}", TOMASZ),
        Look("/models/{card_empty}/", TOMASZ),
        Look("/models/{card_archived}/", TOMASZ),
    ],
    "web:card-edit": [Look("/models/{card_draft}/edit/", TOMASZ), Look("/models/{card_empty}/edit/", TOMASZ)],
    "web:card-publish": [Look("/models/{card_draft}/publish/", TOMASZ)],
    "web:card-archive": [Look("/models/{card_draft}/archive/", TOMASZ)],
    "web:card-edition": [
        Look("/models/{card}/editions/1/", TOMASZ),
        Look("/models/{card}/editions/2/", TOMASZ),
    ],
}

PLAYBOOKS: Area = {
    "web:templates": [Look("/templates/", who) for who in (AMARA, LEILA, FEMI, NEW)],
    "web:template-new": [
        Look("/templates/new/"),
        Look("/templates/new/", AMARA, 403),
        empty("/templates/new/"),
    ],
    "web:template": [
        Look("/templates/{template}/", AMARA),
        Look("/templates/{template}/"),
        Look("/templates/{template_retired}/", FEMI),
    ],
    "web:template-version": [
        Look("/templates/{template}/versions/2/"),
        Look("/templates/{template}/versions/1/", AMARA),
    ],
    "web:template-edit": [Look("/templates/{template}/edit/"), empty("/templates/{template}/edit/")],
    "web:template-retire": [
        Look("/templates/{template}/retire/"),
        empty("/templates/{template}/retire/"),
    ],
    "web:documents": [Look("/documents/", AMARA), Look("/documents/", FEMI), Look("/documents/", NEW)],
    "web:document": [Look("/documents/{document}/", FEMI), Look("/documents/{document_draft}/", AMARA)],
    "web:document-edit": [
        Look("/documents/{document_draft}/edit/", AMARA),
        Look("/documents/{document_moved}/edit/", AMARA),
    ],
    "web:document-move": [Look("/documents/{document_draft}/move/", AMARA)],
}

CATALOG: Area = {
    "web:catalog": [
        Look("/catalog/", AMARA),
        Look("/catalog/?q=loan&kind=service&tier=1", AMARA),
        Look("/catalog/?q=zebra", AMARA),
        Look("/catalog/", NEW),
    ],
    "web:catalog-graph": [
        Look("/catalog/graph/", AMARA),
        Look("/catalog/graph/?around=model:default/credit-risk&hops=2", AMARA),
        Look("/catalog/graph/?around=zebra", AMARA),
    ],
    "web:component": [
        Look(f"/catalog/{key}/", AMARA)
        for key in (
            "model:default/credit-risk",
            "dataset:default/loan-applications",
            "feature_set:default/applicant-behaviour",
            "pipeline:default/nightly-ingest",
            "service:default/fraud-gateway",
        )
    ],
}

RECORDS: Area = {
    "web:ledger": [
        Look("/ledger/", FEMI),
        Look("/ledger/?q={in_review}", FEMI),
        Look("/ledger/?kind=refused&actor=token", FEMI),
        Look("/ledger/?text=signed+credit&about={in_review}", FEMI),
    ],
    "web:ledger-at": [
        Look("/ledger/at/", FEMI),
        Look("/ledger/at/?record=nonsense&at=x", FEMI, 422),
    ],
    "web:ledger-record-at": [
        Look("/ledger/at/change/{in_review}/", FEMI),
        Look("/ledger/at/change/{revised}/?at=2001-01-01T00:00", FEMI),
    ],
    "web:ledger-entry": [
        Look("/ledger/{first_entry}/", FEMI),
        Look("/ledger/{entry_revised}/", FEMI),
        Look("/ledger/{entry_signed}/", FEMI),
    ],
    "web:retention": [Look("/ledger/retention/", FEMI), Look("/ledger/retention/", LEILA)],
    "web:retention-policy": [
        Look("/ledger/retention/policy/"),
        empty("/ledger/retention/policy/", status=200),
    ],
    "web:retention-erase": [
        Look("/ledger/retention/erase/"),
        empty("/ledger/retention/erase/", status=200),
        empty("/ledger/retention/erase/", status=200, person="amara.okafor", entries="1 2 3", reason="Asked"),
    ],
    "web:hold-new": [Look("/ledger/retention/holds/new/"), empty("/ledger/retention/holds/new/", status=200)],
    "web:hold-lift": [Look("/ledger/retention/holds/{hold}/lift/")],
    "web:frameworks": [
        Look("/ledger/frameworks/", FEMI),
        Look("/ledger/frameworks/?start=x&end=2026-01-01", MARGUERITE),
    ],
    "web:framework": [
        Look("/ledger/frameworks/eu-ai-act/", FEMI),
        Look("/ledger/frameworks/part-11/", MARGUERITE),
        Look("/ledger/frameworks/soc2/?start=2001-01-01&end=2001-01-31", FEMI),
    ],
    "web:framework-records": [
        Look("/ledger/frameworks/records/signatures/", FEMI),
        Look("/ledger/frameworks/records/entries/?page=2", FEMI),
        Look("/ledger/frameworks/records/models/", MARGUERITE),
        Look("/ledger/frameworks/records/unsealed/?start=2001-01-01&end=2001-01-31", FEMI),
    ],
    "web:exports": [Look("/exports/", FEMI), Look("/exports/", AMARA)],
    "web:export-fields": [Look("/exports/new/fields/?start={today}&end={today}", FEMI)],
    "web:export-format": [Look("/exports/new/format/?start={today}&end={today}", FEMI)],
    "web:export-cancel": [Look("/exports/{export_queued}/cancel/", FEMI)],
    "web:export-new": [
        Look("/exports/new/?start={today}&end={today}", FEMI),
        Look("/exports/new/?start=&end=x", FEMI),
    ],
    "web:export": [
        Look("/exports/{export_done}/", FEMI),
        Look("/exports/{export_failed}/", FEMI),
        Look("/exports/{export_queued}/", FEMI),
    ],
    "web:account": [Look("/account/", PRIYA), Look("/account/", NEW)],
    "web:account-tokens": [
        Look("/account/tokens/", AMARA),
        empty("/account/tokens/", AMARA),
        empty("/account/tokens/", AMARA, 200, name="Build server", scopes="read", days="30"),
    ],
    "web:roles": [Look("/account/roles/", PRIYA)],
    "web:cover": [
        Look("/account/cover/", PRIYA),
        Look("/account/cover/", NEW),
        empty("/account/cover/", PRIYA),
    ],
    "web:security": [Look("/account/security/", PRIYA), Look("/account/security/", NEW)],
    "web:security-app": [Look("/account/security/app/", PRIYA), empty("/account/security/app/", PRIYA)],
    "web:security-passkey": [
        Look("/account/security/passkey/", PRIYA),
        empty("/account/security/passkey/", PRIYA),
    ],
    "web:security-remove": [
        Look("/account/security/{second_factor}/remove/", NEW),
        empty("/account/security/{second_factor}/remove/", NEW),
    ],
    "web:view-save": [Look("/ledger/", FEMI, 422, {"name": ""}, "#main form[action*=views]")],
    "web:view-edit": [
        Look("/account/views/{view}/edit/", FEMI),
        empty("/account/views/{view}/edit/", FEMI),
    ],
    "web:account-token-revoke": [Look("/account/tokens/{token}/revoke/", AMARA)],
    "account_change_password": [
        Look("/accounts/password/change/", AMARA),
        empty("/accounts/password/change/", AMARA, 200),
    ],
    "account_set_password": [
        Look("/accounts/password/set/", AMARA, leads_to="/accounts/password/change/"),
    ],
    "account_reauthenticate": [Look("/accounts/reauthenticate/", AMARA)],
    "account_logout": [Look("/accounts/logout/", AMARA)],
}

OPEN: Area = {
    "web:help": [Look("/help/", NOBODY), Look("/help/", AMARA)],
    "web:keyboard": [Look("/help/keyboard/", NOBODY)],
    "web:accessibility": [Look("/help/accessibility/", NOBODY)],
    "account_login": [
        Look("/accounts/login/", NOBODY),
        Look("/accounts/login/?ended", NOBODY),
        empty("/accounts/login/", NOBODY, 200, login="amara.okafor", password="not this one"),
    ],
    "account_confirm_login_code": [
        Look("/accounts/login/code/confirm/", NOBODY, leads_to="/accounts/login/"),
    ],
    "account_signup": [Look("/accounts/signup/", NOBODY)],
    "account_inactive": [Look("/accounts/inactive/", NOBODY)],
    "account_reset_password": [
        Look("/accounts/password/reset/", NOBODY),
        empty("/accounts/password/reset/", NOBODY, 200),
    ],
    "account_reset_password_done": [Look("/accounts/password/reset/done/", NOBODY)],
    "account_reset_password_from_key": [
        Look(
            "/accounts/password/reset/key/{uid}-{key}/",
            NOBODY,
            leads_to="/accounts/password/reset/key/{uid}-set-password/",
        ),
        Look("/accounts/password/reset/key/{uid}-no-such-key/", NOBODY),
    ],
    "account_reset_password_from_key_done": [Look("/accounts/password/reset/key/done/", NOBODY)],
    # Last: from here on this browser is halfway in.
    "mfa_authenticate": [
        Look("/accounts/login/", NOBODY, 200, {"login": "new.here", "password": "lamp-quay-31-otter"}),
        empty("/accounts/second-factor/", NOBODY, 200),
    ],
}

# By the template, for these have no address.
REFUSALS: Area = {
    "403.html": [Look("/ledger/", NEW, 403), Look("/changes/new/", FEMI, 403)],
    "404.html": [Look("/changes/CHG-9/", AMARA, 404), Look("/nowhere/", NOBODY, 404)],
    "409.html": [Look("/exports/{export_queued}/download/", FEMI, 409)],
    "400.html": [Look("bad_request", NOBODY, 400)],
    "413.html": [Look("too_large", NOBODY, 413)],
    "500.html": [Look("server_error", NOBODY, 500)],
    "csrf.html": [Look("csrf_failure", NOBODY, 403)],
}

AREAS: dict[str, Area] = {
    "home": HOME,
    "changes": CHANGES,
    "standards": STANDARDS,
    "talk": TALK,
    "acts": ACTS,
    "wizard": WIZARD,
    "planning": PLANNING,
    "playbooks": PLAYBOOKS,
    "catalog": CATALOG,
    "records": RECORDS,
    "open": OPEN,
    "refusals": REFUSALS,
}

_POST = "It takes a POST and leads back to a page."
NO_PAGE: dict[str, str] = {
    "web:notifications-read": _POST,
    "web:card-start": _POST,
    "web:standard-use": _POST,
    "web:discussion-answer": "A form of web:discussion, which shows it again when it is refused.",
    "web:discussion-settle": _POST,
    "web:discussion-read": _POST,
    "web:question-take-back": _POST,
    "web:document-start": _POST,
    "web:document-statement": "A file.",
    "web:cover-accept": _POST,
    "web:cover-end": _POST,
    "web:role-confirm": _POST,
    "web:snooze": _POST,
    "web:snooze-end": _POST,
    "web:role-hand-over": _POST,
    "web:review-action-done": _POST,
    "web:session": "A script asks for it; its answer is empty.",
    "web:approval-looked": "A script tells it how long a page was in view; its answer is empty.",
    "web:attestation": "A file for programs.",
    "web:change-went-ahead": "A file for programs.",
    "web:framework-table": "A file for spreadsheets.",
    "web:export-progress": "A part of web:export, which asks for it again while a bundle is written.",
    "web:export-download": "A file; while there is none, it is the example of 409.html.",
    "account_email": "Not offered: operators keep addresses, so it answers 404.",
    "account_confirm_email": "Not offered, as account_email.",
    "account_email_verification_sent": "Not offered, as account_email.",
}
