"""What the framework maps count: records that answer a clause, and gaps in them. Names and words; no query.

Each is counted over a period, half-open in UTC, unless it says "now".
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Span:
    """``start <= t < end``, both in UTC."""

    start: datetime
    end: datetime


@dataclass(frozen=True)
class Measure:
    """Something that is counted. ``one`` and ``many`` follow the number; ``why`` says what exactly counts.

    ``events`` are ledger events, where entries are what is counted. A ``guarded`` list is for auditors and change
    managers alone, as its entries are in the ledger.
    """

    name: str
    one: str
    many: str
    why: str
    gap: bool = False
    guarded: bool = False
    events: tuple[str, ...] = ()


def _events(name: str, one: str, many: str, *events: str, guarded: bool = False) -> Measure:
    return Measure(name, one, many, f"Ledger entries: {', '.join(events)}.", guarded=guarded, events=events)


RECORDS = (
    _events("submitted", "revision submitted", "revisions submitted", "change.submitted"),
    _events("approved", "change approved", "changes approved", "change.approved"),
    _events("started", "start of a change", "starts of changes", "change.started"),
    _events(
        "stopped",
        "rollback, failure or hold",
        "rollbacks, failures and holds",
        "change.rolled_back",
        "change.failed",
        "change.held",
    ),
    _events("frozen", "freeze declared", "freezes declared", "freeze.declared"),
    _events("conflicts", "conflict found", "conflicts found", "conflict.found"),
    _events(
        "roles",
        "role given or taken back",
        "roles given or taken back",
        "role.granted",
        "role.revoked",
        guarded=True,
    ),
    _events("refused", "attempt refused", "attempts refused", "access.denied", guarded=True),
    _events("sign_ins_refused", "sign-in refused", "sign-ins refused", "person.sign_in_failed", guarded=True),
    _events(
        "keeping",
        "decision on what is kept",
        "decisions on what is kept",
        "hold.placed",
        "hold.lifted",
        "retention.policy_set",
        "ledger.text_erased",
        "ledger.retired",
        guarded=True,
    ),
    Measure("entries", "ledger entry", "ledger entries", "Every entry written in the period.", guarded=True),
    Measure(
        "ended",
        "change ended",
        "changes ended",
        "Changes that completed, rolled back or failed in the period.",
    ),
    Measure(
        "with_risks",
        "change started with risks written down",
        "changes started with risks written down",
        "Changes that started in the period and name at least one risk, with its likelihood and harm.",
    ),
    Measure(
        "with_measures",
        "change started with measures set before",
        "changes started with measures set before",
        "Changes that started in the period and promise at least one measure, as it was signed.",
    ),
    Measure(
        "signatures",
        "signature",
        "signatures",
        "Decisions signed in the period, with name, time and meaning.",
    ),
    Measure(
        "validator",
        "signature of a Model Validator",
        "signatures of Model Validators",
        "Signed in the period.",
    ),
    Measure("steward", "signature of a Data Steward", "signatures of Data Stewards", "Signed in the period."),
    Measure(
        "sponsor", "signature of a Change Sponsor", "signatures of Change Sponsors", "Signed in the period."
    ),
    Measure("owner", "signature of a Service Owner", "signatures of Service Owners", "Signed in the period."),
    Measure(
        "reviews",
        "review signed",
        "reviews signed",
        "Reviews signed in the period, by someone else than the requester.",
    ),
    Measure("actions", "action agreed", "actions agreed", "Actions that reviews added in the period."),
    Measure(
        "editions", "edition of a model card", "editions of model cards", "Editions written in the period."
    ),
    Measure(
        "models",
        "model in the catalog now",
        "models in the catalog now",
        "Models that are not retired, today.",
    ),
)

GAPS = (
    Measure(
        "unreviewed",
        "change ended without a signed review",
        "changes ended without a signed review",
        "Changes that ended in the period and whose review is not signed today.",
        gap=True,
    ),
    Measure(
        "unapproved",
        "change started without every signature",
        "changes started without every signature",
        "Changes that started in the period and whose round of signatures is not approved.",
        gap=True,
    ),
    Measure(
        "no_risks",
        "change started with no risk written down",
        "changes started with no risk written down",
        "Changes that started in the period and name no risk.",
        gap=True,
    ),
    Measure(
        "no_measures",
        "change started with no measure",
        "changes started with no measure",
        "Changes that started in the period and promise nothing that can be measured.",
        gap=True,
    ),
    Measure(
        "no_way_back",
        "change started with no way back",
        "changes started with no way back",
        "Changes that started in the period without a rollback plan.",
        gap=True,
    ),
    Measure(
        "unvalidated",
        "model changed without a Validator's approval",
        "models changed without a Validator's approval",
        "Models that a change moved, which started in the period, with no approval signed for the model.",
        gap=True,
    ),
    Measure(
        "data_unsigned",
        "dataset changed without a Steward's approval",
        "datasets changed without a Steward's approval",
        "Datasets that a change moved, which started in the period, with no approval signed for the dataset.",
        gap=True,
    ),
    Measure(
        "no_card",
        "model changed to a version without an approved card",
        "models changed to a version without an approved card",
        "Models that a change moved, which started in the period, to a version whose card is missing or not approved.",
        gap=True,
    ),
    Measure(
        "own_approval",
        "approval by the requester of the change",
        "approvals by the requester of the change",
        "Approvals signed in the period by whoever had asked for the change.",
        gap=True,
    ),
    Measure(
        "no_reauthentication",
        "signature without a new proof of identity",
        "signatures without a new proof of identity",
        "Signed in the period with no way of authentication that counts.",
        gap=True,
    ),
    Measure(
        "no_meaning",
        "signature without its meaning",
        "signatures without their meaning",
        "Signed in the period, with no meaning in words.",
        gap=True,
    ),
    Measure(
        "unbound",
        "signature on another digest",
        "signatures on another digest",
        "Signed in the period on a digest that is not the one of its round.",
        gap=True,
    ),
    Measure(
        "unmeasured",
        "signed review that leaves a measure blank",
        "signed reviews that leave a measure blank",
        "Reviews signed in the period in which a promised measure has no realised value.",
        gap=True,
    ),
    Measure(
        "overdue",
        "action past its day",
        "actions past their day",
        "Actions that fell due in the period and are not done today.",
        gap=True,
    ),
    Measure(
        "unowned",
        "model that nobody owns now",
        "models that nobody owns now",
        "Models that are not retired and have neither an owner team nor an owner, today.",
        gap=True,
    ),
    Measure(
        "unsealed",
        "entry not sealed yet",
        "entries not sealed yet",
        "Entries written in the period that wait for their seal now.",
        gap=True,
        guarded=True,
    ),
)

MEASURES = {measure.name: measure for measure in (*RECORDS, *GAPS)}
