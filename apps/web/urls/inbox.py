"""The inbox, and signing."""

from django.urls import URLPattern, path

from apps.web.views import (
    inbox,
    looking,
    mail_links,
    signatures,
    signing,
    snoozing,
    together,
    withdrawing,
)

urlpatterns: list[URLPattern] = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/<int:requirement>/", inbox.inbox, name="inbox-item"),
    path("inbox/together/", together.sign_several, name="sign-together"),
    path("approvals/mail/", mail_links.open_link, name="mail-link"),
    path("approvals/<int:requirement>/mail/", mail_links.from_mail, name="approval-mail"),
    path("approvals/signatures/<int:number>/", signatures.signature, name="signature"),
    path("approvals/signatures/<int:number>/attestation.json", signatures.attestation, name="attestation"),
    path("inbox/<int:requirement>/snooze/", snoozing.put_off, name="snooze"),
    path("inbox/<int:requirement>/wake/", snoozing.take_back, name="snooze-end"),
    path("approvals/<int:requirement>/sign/", signing.sign_requirement, name="approval-sign"),
    path("approvals/<int:requirement>/looked/", looking.looked, name="approval-looked"),
    path("approvals/<int:requirement>/withdraw/", withdrawing.withdraw, name="approval-withdraw"),
]
