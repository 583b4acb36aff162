"""A person's own pages: profile, tokens, notifications."""

from django.urls import URLPattern, path

from apps.web.views import account, notifications

urlpatterns: list[URLPattern] = [
    path("account/", account.profile, name="account"),
    path("account/tokens/", account.tokens, name="account-tokens"),
    path("account/tokens/<slug:prefix>/revoke/", account.revoke, name="account-token-revoke"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read/", notifications.read, name="notifications-read"),
]
