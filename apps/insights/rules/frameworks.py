"""Which records answer which clause: laws, guidance and standards, each clause in one sentence of our own.

The sentences say what a clause asks in short. They are no legal advice, and the clause itself decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from apps.insights.rules.measures import MEASURES, Measure


@dataclass(frozen=True)
class Clause:
    """A clause, what it asks, and the records and gaps that bear on it, by name. ``missing``: what is not kept here."""

    ref: str
    asks: str
    records: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    missing: str = ""


@dataclass(frozen=True)
class Framework:
    """A law, a guidance or a standard. ``source`` names the text that the clauses are from."""

    slug: str
    name: str
    source: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True)
class Counted:
    """A measure with its number."""

    measure: Measure
    number: int

    @property
    def said(self) -> str:
        """Return what follows the number."""
        return self.measure.one if self.number == 1 else self.measure.many

    @property
    def line(self) -> str:
        """Return the number with what follows it."""
        return f"{self.number:,} {self.said}"


@dataclass(frozen=True)
class Answer:
    """A clause with its numbers. ``gaps`` holds only those that are there."""

    clause: Clause
    records: list[Counted]
    gaps: list[Counted]

    @property
    def empty(self) -> bool:
        """Return whether no record of the period answers the clause."""
        return not any(each.number for each in self.records)


def answers(framework: Framework, numbers: Mapping[str, int]) -> list[Answer]:
    """Return each clause of a framework with its numbers."""
    return [
        Answer(
            clause,
            [Counted(MEASURES[name], numbers[name]) for name in clause.records],
            [Counted(MEASURES[name], numbers[name]) for name in clause.gaps if numbers[name]],
        )
        for clause in framework.clauses
    ]


AI_ACT = Framework(
    "eu-ai-act",
    "EU AI Act",
    "Regulation (EU) 2024/1689",
    (
        Clause(
            "9(2), 9(5)",
            "Know the risks, reduce them, and have someone judge what remains.",
            ("with_risks", "sponsor"),
            ("no_risks",),
        ),
        Clause(
            "9(8)",
            "Test against measures and bounds that were set before the results were known.",
            ("with_measures",),
            ("no_measures",),
        ),
        Clause(
            "10(2)(f)-(g)",
            "Look for bias in the data, and act on it.",
            ("steward",),
            ("data_unsigned",),
            "Results of bias tests are not kept here yet.",
        ),
        Clause(
            "11, Annex IV",
            "Keep technical documentation that says what changed from version to version.",
            ("editions", "submitted"),
            ("no_card",),
        ),
        Clause(
            "12(2)",
            "Log events by themselves, so that risks and modifications can be traced.",
            ("entries",),
            ("unsealed",),
        ),
        Clause(
            "14(4)(d)-(e)", "Let people override, stop and go back.", ("stopped", "frozen"), ("no_way_back",)
        ),
        Clause(
            "17(1)(a), (m)",
            "Have a procedure for modifications, and say who answers for what.",
            ("signatures", "roles"),
            ("unapproved", "unowned"),
        ),
        Clause(
            "18, 26(6)",
            "Keep documents for ten years, and logs for six months at least.",
            ("entries", "keeping"),
        ),
        Clause(
            "43(4)",
            "Decide for each change whether it is a substantial modification.",
            missing="This decision has no record of its own yet.",
        ),
        Clause(
            "72, 73",
            "Follow the system after it goes out, and report serious incidents.",
            ("reviews", "actions"),
            ("unreviewed", "overdue"),
            "Monitoring in operation and reports to authorities are not kept here.",
        ),
    ),
)

SR_26_2 = Framework(
    "sr-26-2",
    "SR 26-2",
    "Federal Reserve SR 26-2, OCC 2026-13",
    (
        Clause(
            "Inventory and tier",
            "Keep a list of models, each with an owner and a tier.",
            ("models",),
            ("unowned",),
        ),
        Clause(
            "Documentation", "Write down what a model is for, and its limits.", ("editions",), ("no_card",)
        ),
        Clause(
            "Independent validation",
            "Have models judged by someone who did not build them.",
            ("validator",),
            ("unvalidated", "own_approval"),
        ),
        Clause(
            "Change and dependencies",
            "Control changes, and know what else they touch.",
            ("submitted", "approved", "conflicts"),
            ("unapproved",),
        ),
        Clause(
            "Outcomes analysis",
            "Compare what was promised with what happened.",
            ("reviews",),
            ("unreviewed", "unmeasured"),
            "Monitoring between changes is not kept here yet.",
        ),
    ),
)

AI_RMF = Framework(
    "nist-ai-rmf",
    "NIST AI RMF",
    "NIST AI 100-1",
    (
        Clause("GOVERN 1.6", "Keep an inventory of AI systems.", ("models",), ("unowned",)),
        Clause("GOVERN 2.1", "Say who answers for what.", ("roles", "signatures")),
        Clause(
            "GOVERN 2.3", "Have executives answer for decisions about risk.", ("sponsor",), ("unapproved",)
        ),
        Clause(
            "MEASURE 1.3",
            "Have people assess who did not build the system.",
            ("validator", "steward"),
            ("unvalidated", "own_approval"),
        ),
        Clause("MANAGE 1.1", "Decide on go or no-go.", ("approved", "started"), ("unapproved",)),
        Clause("MANAGE 2.4", "Be able to go back or switch off.", ("stopped", "frozen"), ("no_way_back",)),
        Clause(
            "MANAGE 4.1",
            "Follow the system after it goes out.",
            ("reviews",),
            ("unreviewed", "unmeasured"),
            "Monitoring in operation is not kept here yet.",
        ),
        Clause("MANAGE 4.2", "Improve by what was learnt.", ("actions",), ("overdue",)),
    ),
)

ISO_42001 = Framework(
    "iso-42001",
    "ISO/IEC 42001",
    "ISO/IEC 42001:2023",
    (
        Clause("6.3", "Plan changes.", ("submitted",), ("no_way_back",)),
        Clause(
            "7.5.3",
            "Control documents: versions, access, and how long they are kept.",
            ("editions", "keeping"),
            ("unsealed",),
        ),
        Clause("8.2, 8.3", "Assess risks, and treat them.", ("with_risks",), ("no_risks",)),
        Clause(
            "8.4",
            "Assess the impact of the system on people.",
            ("steward", "owner"),
            ("data_unsigned",),
            "What a change reaches is in each revision. An assessment of the impact on people is not kept here yet.",
        ),
        Clause(
            "9.1",
            "Measure, and compare with what was meant.",
            ("with_measures", "reviews"),
            ("no_measures", "unmeasured"),
        ),
        Clause("10.2", "Correct what went wrong, and its causes.", ("actions",), ("unreviewed", "overdue")),
    ),
)

SOC_2 = Framework(
    "soc2",
    "SOC 2, CC8.1",
    "AICPA Trust Services Criteria, CC8.1",
    (
        Clause(
            "CC8.1 Authorise",
            "Ask for each change, and have it authorised.",
            ("submitted", "approved"),
            ("unapproved",),
        ),
        Clause(
            "CC8.1 Document", "Write down what changes, and what it touches.", ("submitted",), ("no_card",)
        ),
        Clause(
            "CC8.1 Test and approve",
            "Have others than the requester approve, by measures set before.",
            ("signatures", "with_measures"),
            ("own_approval", "no_measures"),
        ),
        Clause(
            "CC8.1 Implement",
            "Put changes in place as approved, with a way back.",
            ("started", "stopped"),
            ("no_way_back",),
        ),
        Clause("CC8.1 Follow up", "Look at what happened.", ("ended", "reviews"), ("unreviewed",)),
    ),
)

PART_11 = Framework(
    "part-11",
    "21 CFR Part 11",
    "Title 21, Code of Federal Regulations, Part 11",
    (
        Clause(
            "11.10(e)", "Keep an audit trail with times, which nobody can edit.", ("entries",), ("unsealed",)
        ),
        Clause("11.10(f)", "Enforce the order of steps.", ("started", "refused"), ("unapproved",)),
        Clause("11.10(g)", "Check who may do what.", ("roles", "refused"), ("own_approval",)),
        Clause(
            "11.50",
            "Show with each signature the name, the time and the meaning.",
            ("signatures",),
            ("no_meaning",),
        ),
        Clause("11.70", "Bind each signature to its record.", ("signatures",), ("unbound",)),
        Clause("11.200", "Ask the signer to prove who they are.", ("signatures",), ("no_reauthentication",)),
        Clause("11.300(d)", "Notice attempts to use what is not theirs.", ("sign_ins_refused",)),
    ),
)

FRAMEWORKS = {each.slug: each for each in (AI_ACT, SR_26_2, AI_RMF, ISO_42001, SOC_2, PART_11)}
