"""The ledger, what is kept and taken out, and people's own accounts."""

from tests.e2e.pages.look import AMARA, FEMI, LEILA, MARGUERITE, NEW, PRIYA, Area, Look, empty

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
    "web:dashboards": [
        Look("/dashboards/", MARGUERITE),
        Look("/dashboards/?start=x&tier=9", FEMI),
        Look("/dashboards/?start=2001-01-01&end=2001-02-01&kind=model", NEW),
    ],
    "web:dashboard": [
        Look("/dashboards/signing/", MARGUERITE),
        Look("/dashboards/reviews/", LEILA),
        Look("/dashboards/rules/", FEMI),
        Look("/dashboards/models/", LEILA),
        Look("/dashboards/training/", LEILA),
        Look("/dashboards/plans/?change_class=normal", LEILA),
    ],
    "web:dashboard-records": [
        Look("/dashboards/figures/load/records/?count=planned&key={month}", LEILA),
        Look("/dashboards/figures/training/records/?count=lacking&key={course}", LEILA),
        Look(
            "/dashboards/figures/failures/records/?count=failed&key=2001-01&start=2001-01-01&end=2001-01-02",
            FEMI,
        ),
        Look("/dashboards/figures/failures/records/?start=x", FEMI, 422),
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
    "web:digest": [Look("/account/digest/", PRIYA)],
    "web:weekly-briefing": [Look("/account/briefing/", MARGUERITE)],
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
    "web:view-save": [Look("/ledger/?kind=refused", FEMI, 422, {"name": ""}, "#main form[action*=views]")],
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
