"""Home, the inbox, signatures and the approval policy."""

from tests.e2e.pages.look import AMARA, FEMI, HENRIK, LEILA, NEW, NOOR, PRIYA, TOMASZ, Area, Look, empty

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
