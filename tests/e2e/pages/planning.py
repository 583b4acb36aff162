"""The calendar, templates, documents, reviews and the catalog."""

from tests.e2e.pages.look import AMARA, FEMI, LEILA, NEW, TOMASZ, YUKI, Area, Look, empty

PLANNING: Area = {
    "web:calendar": [
        Look("/calendar/"),
        Look("/calendar/?month={month}"),
        Look("/calendar/?month=2001-01"),
    ],
    "web:calendar-quarter": [
        Look("/calendar/quarter/?month={month}"),
        Look("/calendar/quarter/?month={month}&tier=1", AMARA),
    ],
    "web:calendar-agenda": [
        Look("/calendar/agenda/?month={month}"),
        Look("/calendar/agenda/?month={month}&day={today}"),
        Look("/calendar/agenda/?month=2001-01"),
    ],
    "web:calendar-week": [Look("/calendar/week/"), Look("/calendar/week/?from={today}&tier=1", AMARA)],
    "web:calendar-timeline": [
        Look("/calendar/timeline/"),
        Look("/calendar/timeline/?from={today}&lanes=model", AMARA),
        Look("/calendar/timeline/?lanes=team&conflicts=1"),
    ],
    "web:conflict": [Look("/calendar/conflicts/{conflict}/"), Look("/calendar/conflicts/{conflict}/", FEMI)],
    "web:calendar-feeds": [Look("/calendar/feeds/", AMARA)],
    "web:calendar-feed-revoke": [Look("/calendar/feeds/{feed}/revoke/", AMARA)],
    "web:calendar-move": [
        Look("/calendar/move/{in_review}/"),
        Look("/calendar/move/{in_review}/?by=1", AMARA),
    ],
    "web:calendar-rules": [Look("/calendar/rules/"), Look("/calendar/rules/", FEMI)],
    "web:calendar-rules-write": [Look("/calendar/rules/change/")],
    "web:calendar-slots": [
        Look("/calendar/slots/"),
        Look("/calendar/slots/?change={in_review}", AMARA),
        Look("/calendar/slots/?components=model:default/nothing&minutes=5", LEILA, 422),
    ],
    "web:calendar-import": [
        Look("/calendar/import/"),
        Look("/calendar/import/", FEMI),
        empty("/calendar/import/", status=200),
    ],
    "web:period-new": [
        Look("/calendar/periods/new/"),
        Look("/calendar/periods/new/", FEMI),
        empty("/calendar/periods/new/", status=200),
        empty(
            "/calendar/periods/new/",
            status=200,
            kind="freeze",
            name="Half-year close",
            reason="The books are closed.",
            time_zone="Europe/London",
            repeats="weekly",
            days="SA",
            first_day="2036-12-20",
            starts="23:00",
            ends="07:00",
            until="2037-11-30",
            tiers="1",
            owner="leila.haddad",
        ),
    ],
    "web:period": [Look("/calendar/periods/{freeze}/"), Look("/calendar/periods/{lifted}/", FEMI)],
    "web:period-change": [
        Look("/calendar/periods/{freeze}/change/"),
        empty("/calendar/periods/{freeze}/change/", status=200),
    ],
    "web:period-lift": [Look("/calendar/periods/{freeze}/lift/")],
    "web:models": [Look("/models/", TOMASZ), Look("/models/?q=zebra", TOMASZ)],
    "web:card": [
        Look("/models/{card}/", TOMASZ),
        Look("/models/{card_draft}/?with={card}", TOMASZ),
        Look("/models/{card_empty}/", TOMASZ),
        Look("/models/{card_archived}/", TOMASZ),
        Look("/models/{card_review}/", TOMASZ),
    ],
    "web:card-section": [
        Look("/models/{card_draft}/edit/identity/", TOMASZ),
        Look("/models/{card_draft}/edit/evaluation/", TOMASZ),
        Look("/models/{card_draft}/edit/considerations/", TOMASZ),
        Look("/models/{card}/edit/governance/", TOMASZ),
        Look("/models/{card_empty}/edit/data/", TOMASZ),
        Look("/models/{card_review}/edit/parameters/", TOMASZ),
    ],
    "web:card-files": [
        Look("/models/{card_draft}/files/", TOMASZ),
        Look("/models/{card}/files/", FEMI),
        Look("/models/{card_archived}/files/", TOMASZ),
        empty("/models/{card_draft}/files/", TOMASZ, status=200),
    ],
    "web:card-compare": [Look("/models/{card_draft}/compare/?before={card}", TOMASZ)],
    "web:card-submit": [Look("/models/{card_ready}/submit/", TOMASZ)],
    "web:card-take-back": [Look("/models/{card_review}/take-back/", TOMASZ)],
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
    "web:playbooks": [
        Look("/playbooks/"),
        Look("/playbooks/?component=zebra"),
        Look("/playbooks/", AMARA),
        Look("/playbooks/", NEW),
    ],
    "web:playbook-new": [
        Look("/playbooks/new/"),
        Look("/playbooks/new/", AMARA, 403),
        empty("/playbooks/new/"),
    ],
    "web:playbook": [
        Look("/playbooks/{playbook}/"),
        Look("/playbooks/{playbook}/", AMARA),
        Look("/playbooks/{playbook_retired}/", FEMI),
    ],
    "web:playbook-version": [
        Look("/playbooks/{playbook}/versions/2/"),
        Look("/playbooks/{playbook}/versions/1/", AMARA),
    ],
    "web:playbook-edit": [Look("/playbooks/{playbook}/edit/"), empty("/playbooks/{playbook}/edit/")],
    "web:playbook-places": [
        Look("/playbooks/{playbook}/places/"),
        empty("/playbooks/{playbook}/places/", component="model:default/nothing"),
    ],
    "web:drills": [
        Look("/drills/", AMARA),
        Look("/drills/?state=finished"),
        Look("/drills/", FEMI),
        Look("/drills/", NEW),
    ],
    "web:drill-new": [
        Look("/drills/new/", AMARA),
        Look("/drills/new/", FEMI, 403),
        empty("/drills/new/", AMARA),
    ],
    "web:drill": [
        Look("/drills/{drill}/", AMARA),
        Look("/drills/{drill}/", FEMI),
        Look("/drills/{drill_running}/", AMARA),
        Look("/drills/{drill_cancelled}/"),
    ],
    "web:drill-cancel": [Look("/drills/{drill}/cancel/", AMARA), empty("/drills/{drill}/cancel/", AMARA)],
    "web:change-playbooks": [Look("/changes/{in_review}/playbooks/", AMARA)],
    "web:playbook-retire": [
        Look("/playbooks/{playbook}/retire/"),
        empty("/playbooks/{playbook}/retire/"),
    ],
}

TRAINING: Area = {
    "web:training": [Look("/training/"), Look("/training/", AMARA), Look("/training/", NEW)],
    "web:my-training": [Look("/training/mine/", TOMASZ), Look("/training/mine/", FEMI)],
    "web:course-new": [
        Look("/training/new/"),
        Look("/training/new/", AMARA, 403),
        empty("/training/new/"),
    ],
    "web:course": [
        Look("/training/{course}/"),
        Look("/training/{course}/?show=soon", TOMASZ),
        Look("/training/{course_read}/?show=held", YUKI),
        Look("/training/{course_retired}/", FEMI),
    ],
    "web:course-version": [Look("/training/{course}/versions/2/", AMARA)],
    "web:course-edit": [Look("/training/{course}/edit/"), empty("/training/{course}/edit/")],
    "web:course-retire": [Look("/training/{course}/retire/"), empty("/training/{course}/retire/")],
    "web:course-record": [Look("/training/{course}/record/"), empty("/training/{course}/record/")],
    "web:course-completions": [
        Look("/training/{course}/completions/"),
        Look("/training/{course_retired}/completions/", AMARA),
    ],
    "web:completion-withdraw": [
        Look("/training/{course}/completions/{completion}/withdraw/"),
        empty("/training/{course}/completions/{completion}/withdraw/"),
    ],
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
