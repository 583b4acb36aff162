"""What everyone may open, refusals, and the addresses that show no page."""

from tests.e2e.pages.look import AMARA, FEMI, NEW, NOBODY, Area, Look, empty

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

_POST = "It takes a POST and leads back to a page."
NO_PAGE: dict[str, str] = {
    "web:notifications-read": _POST,
    "web:view-share": _POST,
    "web:card-start": _POST,
    "web:card-fill": _POST,
    "web:card-file": "A file.",
    "web:card-chart": "A file.",
    "web:card-edit": "It leads to a section of the card.",
    "web:card-preview": "A part of a page, for a script.",
    "web:standard-use": _POST,
    "web:discussion-answer": "A form of web:discussion, which shows it again when it is refused.",
    "web:discussion-settle": _POST,
    "web:discussion-read": _POST,
    "web:question-take-back": _POST,
    "web:document-start": _POST,
    "web:playbook-read": _POST,
    "web:drill-start": _POST,
    "web:course-confirm": _POST,
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
    "web:evidence-file": "A file.",
    "web:gate-attestation": "A file for programs.",
    "web:calendar-sheet": "A PDF.",
    "web:briefing-pdf": "A PDF.",
    "web:briefing-version-pdf": "A PDF.",
    "web:briefing-begin": _POST,
    "web:conflict-after": "A form of web:conflict, which shows it again when it is refused.",
    "web:calendar-move-ask": "A form of web:calendar-move, which shows it again when it is refused.",
    "web:conflict-waiver": "A form of web:conflict, which shows it again when it is refused.",
    "web:conflict-end": _POST,
    "web:period-outcome": _POST,
    "web:period-skip": _POST,
    "web:waiver": "Leads to web:conflict.",
    "web:calendar-feed": "A file for calendar programs.",
    "web:change-went-ahead": "A file for programs.",
    "web:dashboard-table": "A file for spreadsheets.",
    "web:framework-table": "A file for spreadsheets.",
    "web:export-progress": "A part of web:export, which asks for it again while a bundle is written.",
    "web:rules-dry-run-progress": "A part of web:rules-dry-run, which asks for it again while a year is judged.",
    "web:export-download": "A file; while there is none, it is the example of 409.html.",
    "account_email": "Not offered: operators keep addresses, so it answers 404.",
    "account_confirm_email": "Not offered, as account_email.",
    "account_email_verification_sent": "Not offered, as account_email.",
}
