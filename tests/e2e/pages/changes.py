"""Changes and standard changes, what is said about them, and what people do with them."""

from tests.e2e.pages.look import (
    AMARA,
    FEMI,
    HENRIK,
    JONAS,
    LEILA,
    MARGUERITE,
    NEW,
    NOOR,
    PRIYA,
    TOMASZ,
    YUKI,
    Area,
    Look,
    empty,
    steps,
)

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
    "web:change-contracts": [
        Look("/changes/{ready}/contracts/", AMARA),
        Look("/changes/{draft}/contracts/", AMARA),
        Look("/changes/{in_review}/contracts/", FEMI),
        Look("/changes/{ready}/contracts/", AMARA, 422, {}, "#main form:has([type=file])"),
    ],
    "web:change-messages": [
        Look("/changes/{in_review}/messages/", AMARA),
        Look("/changes/{in_review}/messages/", FEMI),
        Look("/changes/{draft}/messages/", AMARA),
        Look("/changes/{in_review}/messages/", AMARA, 422, {}, "#main form:has(textarea)"),
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
    "web:briefing-period": [Look("/briefings/{quarter}/", MARGUERITE), Look("/briefings/2001-W01/", HENRIK)],
    "web:briefing-portfolio": [
        Look("/briefings/{quarter}/team/customer-data/", MARGUERITE),
        Look("/briefings/2001-Q1/team/customer-data/", MARGUERITE),
    ],
    "web:briefing-versions": [
        Look("/briefings/library/"),
        Look("/briefings/library/?about={quarter}", MARGUERITE),
    ],
    "web:briefing-words": [Look("/briefings/words/", MARGUERITE)],
    "web:briefing-version": [Look("/briefings/BRF-1/", MARGUERITE), Look("/briefings/BRF-2/", HENRIK)],
    "web:briefing-edit": [
        Look("/briefings/BRF-2/edit/", HENRIK),
        empty("/briefings/BRF-2/edit/", HENRIK, 200),
    ],
    "web:reviews": [
        Look("/reviews/"),
        Look("/reviews/?tab=signed"),
        Look("/reviews/?tab=actions"),
        Look("/reviews/?tab=signed&theme=tests&since=2020-01-01"),
    ],
    "web:lessons": [Look("/reviews/lessons/")],
    "web:review-moment-add": [
        Look("/reviews/{review_completed}/timeline/", AMARA),
        empty("/reviews/{review_completed}/timeline/", AMARA),
    ],
    "web:review-moment": [
        Look("/reviews/{review_completed}/timeline/{review_moment}/", AMARA),
        empty("/reviews/{review_completed}/timeline/{review_moment}/", AMARA),
    ],
    "web:review-factor-add": [
        Look("/reviews/{review_completed}/factors/", AMARA),
        empty("/reviews/{review_completed}/factors/", AMARA),
    ],
    "web:review-factor": [
        Look("/reviews/{review_completed}/factors/{review_factor}/", AMARA),
        empty("/reviews/{review_completed}/factors/{review_factor}/", AMARA),
    ],
    "web:review-records": [
        Look("/reviews/{review_completed}/records/", AMARA),
        Look("/reviews/{review_failed}/records/", NOOR),
    ],
    "web:review-feedback-all": [
        Look("/reviews/{review_completed}/feedback/", YUKI),
        Look("/reviews/{review_failed}/feedback/", NOOR),
    ],
    "web:review-feedback": [
        Look("/reviews/{review_completed}/feedback/{review_feedback}/", YUKI),
        empty("/reviews/{review_completed}/feedback/{review_feedback}/", YUKI),
    ],
    "web:review-action-becomes": [
        Look("/reviews/{review_completed}/actions/{review_action}/becomes/", AMARA),
        Look(
            "/reviews/{review_completed}/actions/{review_action}/becomes/",
            AMARA,
            422,
            {},
            "#main form:has(select)",
        ),
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
        Look("/reviews/{review_completed}/actions/", AMARA),
        empty("/reviews/{review_completed}/actions/", AMARA),
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
        Look("/changes/{rehearsal}/edit/why/", AMARA),
        Look("/changes/{revising}/edit/check/", JONAS),
        *[
            empty(f"/changes/{{draft}}/edit/{step}/", AMARA)
            for step in ("what", "why", "when", "how-back", "check")
        ],
    ],
}
