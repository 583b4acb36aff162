"""Filling the organisation."""

from pathlib import Path

from apps.accounts.services import create_person
from apps.audit.services import seal_pending
from apps.cards.services import archive_card
from apps.insights.models import BriefingVersion
from apps.outbox.services import mark_read
from demo.load import LOADER, load
from demo.signing import actor
from tests.e2e.organisation.changes import (
    add_changes,
    again,
    asked,
    go_ahead,
    look,
    mailed,
    routine,
    send_again,
    to_sign_together,
)
from tests.e2e.organisation.finding import Names, card_of, of_state
from tests.e2e.organisation.gating import gates
from tests.e2e.organisation.people import links, saved_view, second_factor, talk
from tests.e2e.organisation.records import (
    cards,
    entries,
    export,
    feed,
    freeze_and_lift,
    keep_some,
    write_reviews,
)
from tests.e2e.organisation.writing import playbook, propose_rules, standards, training, write_documents

STATES = (
    "draft", "in_review", "approved", "in_progress", "completed", "rolled_back", "failed", "closed", "rejected",
    "withdrawn", "on_hold", "expired",
)  # fmt: skip


def settle(home: Path) -> Names:
    """Load the demo organisation, bring it into the states it lacks, and return the names of what is in it."""
    home.mkdir(parents=True, exist_ok=True)
    assert load()
    create_person(
        actor=LOADER,
        username="new.here",
        name="New Here",
        email="new@northgate.example",
        password="lamp-quay-31-otter",
    )
    names = add_changes()
    names["quarter"] = BriefingVersion.objects.get(number=2).about
    # From here on the first of each state stays what it is.
    names |= {state: of_state(state).ref for state in STATES}
    look("henrik.lindqvist", of_state("in_review", requester="noor.rahimi").ref)
    names["revised"] = send_again(of_state("in_review", requester="noor.rahimi"))
    names |= again(names["revised"])
    names |= write_reviews() | freeze_and_lift() | feed() | export()
    names["hold"] = keep_some()
    names["view"] = saved_view()
    names |= write_documents() | playbook() | training() | second_factor()
    names["policy"] = propose_rules()
    names |= standards() | gates()
    names |= go_ahead()
    routine()
    names |= to_sign_together()
    archive_card(actor=actor("tomasz.wojcik"), card=card_of("basket-recs", "1"))
    mark_read(actor=actor("noor.rahimi"))
    while seal_pending():
        pass
    look("tomasz.wojcik", names["in_review"])
    names |= talk(names["in_review"])
    names |= cards() | asked(names["in_review"]) | entries(names["revised"]) | links()
    return names | {"mail_link": mailed(names["to_validate"], "tomasz.wojcik")}
