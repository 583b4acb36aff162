"""What the ledger keeps: holds, the policy, and erasing texts."""

from django.urls import URLPattern, path

from apps.web.views import retention

urlpatterns: list[URLPattern] = [
    path("ledger/retention/", retention.overview, name="retention"),
    path("ledger/retention/policy/", retention.policy, name="retention-policy"),
    path("ledger/retention/erase/", retention.erase, name="retention-erase"),
    path("ledger/retention/holds/new/", retention.place, name="hold-new"),
    path("ledger/retention/holds/<str:ref>/lift/", retention.lift, name="hold-lift"),
]
