"""A person's own pages: profile, tokens, notifications."""

from django.urls import URLPattern, path

from apps.web.views import account, cover, notifications, ownership, saved_views, second_factors

urlpatterns: list[URLPattern] = [
    path("account/", account.profile, name="account"),
    path("account/digest/", account.digest, name="digest"),
    path("account/briefing/", account.weekly_briefing, name="weekly-briefing"),
    path("account/tokens/", account.tokens, name="account-tokens"),
    path("account/tokens/<slug:prefix>/revoke/", account.revoke, name="account-token-revoke"),
    path("account/views/<slug:page>/", saved_views.save, name="view-save"),
    path("account/views/<int:number>/share/", saved_views.share, name="view-share"),
    path("account/views/<int:number>/edit/", saved_views.edit, name="view-edit"),
    path("account/cover/", cover.cover, name="cover"),
    path("account/cover/<int:number>/accept/", cover.accept, name="cover-accept"),
    path("account/cover/<int:number>/end/", cover.end, name="cover-end"),
    path("account/roles/", ownership.roles, name="roles"),
    path("account/roles/<int:number>/confirm/", ownership.confirm, name="role-confirm"),
    path("account/roles/<int:number>/hand-over/", ownership.hand_over, name="role-hand-over"),
    path("account/security/", second_factors.security, name="security"),
    path("account/security/app/", second_factors.code_app, name="security-app"),
    path("account/security/passkey/", second_factors.passkey, name="security-passkey"),
    path("account/security/<int:number>/remove/", second_factors.remove, name="security-remove"),
    path("notifications/", notifications.notifications, name="notifications"),
    path("notifications/read/", notifications.read, name="notifications-read"),
]
