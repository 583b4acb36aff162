"""What the demo organisation wrote on its model cards, beside what the registry fills in."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Slice:
    """A measure on one group: how far it lies from the measure on all cases, and half its interval."""

    group: str
    apart: float
    half: float


@dataclass(frozen=True)
class Card:
    """The texts of one version's card. ``days`` ago it was written; a ``published`` one is no draft any more."""

    model: str
    version: str
    writer: str
    days: int
    published: bool
    texts: dict[str, str]
    triggers: list[str]
    slices: list[Slice] = field(default_factory=list)


_LOANS = {
    "overview": "Gives each loan applicant a chance, between 0 and 1, of missing three payments in the first year."
    " Loan decision turns it into yes, no or refer.",
    "intended_use": "Decisions on personal loans up to £25,000, and the rate of the offer.",
    "prohibited_use": "Limits of credit cards, the order of collections, or anyone under 18.",
    "limitations": "It is weak for people with less than six months of history. They go to a person.",
    "ethical_risks": "Young applicants have thin files and could be turned down too often. We compare each age group"
    " before every release.",
    "human_oversight": "A lending officer reads every “refer” and can overrule it. Priya Raghunathan can go back to"
    " the version before in four minutes.",
}
_LOAN_TRIGGERS = [
    "A new quarter of repayments is complete.",
    "The applicants of a week differ clearly from those it learned from.",
    "The AUC on settled loans falls below 0.93.",
]

CARDS = [
    Card("credit-risk", "2", "ingrid.solheim", 70, True, _LOANS, _LOAN_TRIGGERS, [
        Slice("Ages 18 to 24", -0.031, 0.045), Slice("Ages 25 to 59", 0.004, 0.018),
        Slice("Ages 60 and over", -0.006, 0.028), Slice("First loan with us", -0.017, 0.024),
    ]),
    Card(
        "credit-risk", "3", "ingrid.solheim", 2, False,
        {name: text for name, text in _LOANS.items() if name != "human_oversight"}, _LOAN_TRIGGERS, [
            Slice("Ages 18 to 24", -0.022, 0.038), Slice("Ages 25 to 59", 0.003, 0.016),
            Slice("Ages 60 and over", -0.004, 0.025), Slice("First loan with us", -0.012, 0.021),
        ],
    ),
    Card("fraud-score", "1", "sofia.marchetti", 68, True, {
        "overview": "Gives each card payment a chance, between 0 and 1, that the customer will dispute it as fraud.",
        "intended_use": "The fraud gateway holds a payment above a set score and asks the customer.",
        "prohibited_use": "Closing an account, or judging a customer rather than a payment.",
        "limitations": "It knows little about a card in its first week, and about payments abroad.",
        "ethical_risks": "People who travel a lot may be asked more often. We count this each month by country.",
        "human_oversight": "Two people on duty see every held payment and can let it through.",
    }, ["The first of each month.", "Customers report a pattern that it did not hold."], [
        Slice("Paid in a store", 0.006, 0.016), Slice("Paid online", -0.009, 0.022), Slice("Paid abroad", -0.034, 0.05),
    ]),
    Card("store-demand", "1", "yuki.tanabe", 66, True, {
        "overview": "Forecasts how many units of each product a store sells tomorrow.",
        "intended_use": "Store replenishment orders stock from it each morning.",
        "prohibited_use": "Planning shifts or judging store managers.",
        "limitations": "It does not know opening hours, so it orders too much on short days.",
        "human_oversight": "A store manager can change any order until 06:30.",
    }, ["Every Sunday night.", "The mean error of a week is above 47 units."]),
]  # fmt: skip
