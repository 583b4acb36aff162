"""Every page of the portal; one module an area."""

from django.urls import URLPattern

from apps.web.urls import (
    account,
    briefings,
    calendar,
    cards,
    catalog,
    changes,
    dashboards,
    discussion,
    drills,
    exports,
    frameworks,
    gates,
    home,
    inbox,
    ledger,
    pages,
    playbooks,
    policy,
    retention,
    reviews,
    rules,
    standards,
    training,
    wizard,
)

app_name = "web"

# The wizard comes before the changes: its /changes/new/ must not be taken for a change's number.
urlpatterns: list[URLPattern] = [
    pattern
    for area in (
        home,
        inbox,
        wizard,
        policy,
        standards,
        gates,
        rules,
        changes,
        discussion,
        calendar,
        catalog,
        cards,
        briefings,
        dashboards,
        reviews,
        playbooks,
        drills,
        training,
        retention,
        frameworks,
        ledger,
        exports,
        account,
        pages,
    )
    for pattern in area.urlpatterns
]
