"""What happened at the demo organisation: each story is one change and how far it came.

Days count from the day the demonstration is loaded: ``opens=-30`` is a window 30 days ago. Texts are written as
the organisation's people would write them.
"""

from dataclasses import dataclass, field
from typing import Literal

from apps.evidence.enums import Stage
from demo.contracts import CHECKS, SCORES

End = Literal[
    "draft", "in_review", "approved", "in_progress", "completed", "rolled_back", "failed", "closed",
    "rejected", "withdrawn", "on_hold", "expired",
]  # fmt: skip


@dataclass(frozen=True)
class Metric:
    name: str
    baseline: float
    target: float
    bound: float
    unit: str = ""
    direction: str = "at_least"
    realised: float | None = None


@dataclass(frozen=True)
class Lesson:
    """The review of a change that ended: an outcome, what happened, what made it likely (theme, text), what went well,
    and the actions (text, owner, days from now), each of which answers to the first of what made it likely.
    """

    outcome: str
    happened: str
    factors: list[tuple[str, str]]
    well: str
    actions: list[tuple[str, str, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Story:
    """A change.

    ``items`` are (component, to-version); ``unsigned`` names roles that have not signed yet; ``asks`` are the stages
    before which its pipeline asked the gate; ``brings`` is a new version of a contract: its key, and its text.
    """

    end: End
    requester: str
    title: str
    summary: str
    outcome: str
    waiting: str
    items: list[tuple[str, str]]
    opens: int
    at: str
    hours: float
    back: str
    back_minutes: int
    metrics: list[Metric]
    risks: list[tuple[str, str, str, str]]
    criteria: list[str]
    steps: list[tuple[str, str, int, str]]
    change_class: str = "normal"
    unsigned: tuple[str, ...] = ()
    asks: tuple[Stage, ...] = ()
    brings: tuple[str, str] | None = None
    reason: str = ""
    lesson: Lesson | None = None


LOANS = "dataset:default/loan-applications"
BEHAVIOUR = "feature_set:default/applicant-behaviour"
RISK = "model:default/credit-risk"
FRAUD = "model:default/fraud-score"
GATEWAY = "service:default/fraud-gateway"

STORIES = [
    Story(
        "closed", "noor.rahimi",
        "Run four files at a time in the nightly ingest",
        "We load four files at a time instead of one. The data do not change, they only arrive sooner.",
        "Data is ready by 04:00, so stores and lending start the day on fresh numbers.",
        "Two mornings a month the data comes after the shops have opened.",
        [("pipeline:default/nightly-ingest", "6.0.0")], -62, "20:00", 2,
        "Set the pipeline back to one file at a time.", 10,
        [Metric("Data ready, minutes after midnight", 262, 240, 270, "min", "at_most", 231)],
        [("Two files of one day are loaded in the wrong order", "unlikely", "moderate", "Order is checked first.")],
        ["Any file is missing at 04:30"],
        [("Switch the staging run", "noor.rahimi", 40, "Switch back"),
         ("Switch the live run", "noor.rahimi", 40, "Switch back")],
        lesson=Lesson(
            "successful", "The ingest ended at 03:51 on the first night and has stayed there.", [],
            "The rehearsal on the staging run found a slow disk a week early.",
            [("Write down how to add a fifth lane", "noor.rahimi", -20)],
        ),
    ),
    Story(
        "closed", "amara.okafor",
        "Price loans on hourly market rates",
        "The pricing engine reads market rates each hour instead of once a day.",
        "Offers follow the market within the hour. We lose less on days when rates move.",
        "On a day like 3 June, daily rates cost us 0.2 points on every offer.",
        [("dataset:default/market-rates", "2"), ("service:default/pricing-engine", "2.7.1")], -48, "06:00", 3,
        "Point the pricing engine back at daily rates.", 6,
        [Metric("Offers priced within the hour", 0, 95, 80, "%", "at_least", 61)],
        [("The rate feed stops in the middle of the day", "possible", "moderate", "Keep the last good rate 2 hours."),],
        ["Fewer than 80 % of offers are priced within the hour"],
        [("Read both feeds side by side", "priya.raghunathan", 60, "Stop the second feed"),
         ("Switch to hourly rates", "priya.raghunathan", 30, "Switch back to daily")],
        reason="The hourly feed went quiet twice before 09:00, and offers fell back to yesterday's rate.",
        lesson=Lesson(
            "rolled_back",
            "The feed stopped at 07:20 and at 08:40. We went back to daily rates at 08:52. No offer was wrong.",
            [
                ("dependency", "The supplier limits the feed to 20 calls a minute."),
                ("tests", "Our test stayed below that limit; the live load did not."),
            ],
            "Going back took 4 minutes, as planned.",
            [("Ask the supplier for 200 calls a minute, in writing", "priya.raghunathan", 10),
             ("Test at the live load before the window opens", "amara.okafor", 14)],
        ),
    ),
    Story(
        "closed", "jonas.weber",
        "Suggest baskets with the new forest model",
        "Basket suggestions come from a new model trained on this year's sales.",
        "More customers find what goes with their basket.",
        "Suggestions still show last year's range.",
        [("model:default/basket-recs", "2")], -34, "05:00", 2,
        "Point the alias back at version 1.", 3,
        [Metric("Customers who follow a suggestion", 4.1, 4.5, 4.0, "%", "at_least", 4.7)],
        [("Suggestions show what is out of stock", "possible", "minor", "Filter by stock.")],
        ["Fewer than 4 % follow a suggestion after two days"],
        [("Move the alias", "jonas.weber", 15, "Move it back")],
        lesson=Lesson(
            "successful", "4.7 % of customers followed a suggestion in the first two weeks.", [],
            "The stock filter was ready before the model was.", [],
        ),
    ),
    Story(
        "rolled_back", "jonas.weber",
        "Call late customers in the order of their rank",
        "The dialler calls customers in the order that the new model gives, not by debt.",
        "More customers pay after the first call, and fewer are called twice.",
        "We call 1,900 customers a week who would have paid anyway.",
        [("model:default/collections-rank", "2"), ("service:default/collections-dialler", "1.9.0")],
        -6, "08:00", 4, "Sort the list by debt again.", 5,
        [Metric("Paid within 7 days of the first call", 31, 35, 30, "%")],
        [("Customers in hardship are called first", "possible", "severe", "Leave out all hardship cases.")],
        ["Any hardship case is called", "Fewer than 30 % pay within 7 days"],
        [("Load the new order", "noor.rahimi", 30, "Load the old order"),
         ("Watch the first hour", "yuki.tanabe", 60, "Stop the dialler")],
        reason="Eleven hardship cases were on the list. We stopped before any of them was called.",
    ),
    Story(
        "completed", "amara.okafor",
        "Spot customers who may leave with September's activity",
        "The churn model is trained again with activity up to September.",
        "Offers go to the customers who would leave, and fewer to those who would stay.",
        "Each month on the old model costs about 900 offers to people who would stay.",
        [("dataset:default/customer-activity", "2026-09"), ("model:default/churn-propensity", "3")],
        -4, "05:00", 2, "Point the alias back at version 2.", 4,
        [Metric("Offers taken up", 11.0, 12.5, 10.5, "%"), Metric("AUC, held out", 0.78, 0.82, 0.78)],
        [("New members look like leavers", "unlikely", "minor", "Leave out the first 60 days.")],
        ["Fewer than 10.5 % of offers are taken up"],
        [("Move the alias", "amara.okafor", 20, "Move it back"),
         ("Watch the first offers", "yuki.tanabe", 60, "Pause the offers")],
    ),
    Story(
        "failed", "noor.rahimi",
        "Add a page on disputes to monthly statements",
        "Statements get a page that lists disputed payments.",
        "Fewer customers have to call to ask about a dispute.",
        "About 300 calls a month.",
        [("service:default/statement-service", "3.1.0")], -9, "21:00", 3,
        "Print statements without the page.", 15,
        [Metric("Calls about disputes a week", 310, 200, 320, "", "at_most")],
        [("The page holds another customer's dispute", "rare", "severe", "Two people check the first 50.")],
        ["Any statement shows another customer's data"],
        [("Print a sample of 50", "noor.rahimi", 60, "Destroy the sample"),
         ("Print them all", "noor.rahimi", 90, "Stop the printer")],
        reason="The sample could not be printed: the template has no room for more than 4 disputes.",
    ),
    Story(
        "closed", "noor.rahimi",
        "Publish the returns of one more month",
        "The history of what came back to the stores grows by one month. Nothing else changes.",
        "Those who look at returns see the last month.",
        "",
        [("dataset:default/returns-history", "2026-09")], -6, "05:00", 1,
        "Publish the month before again.", 10,
        [Metric("Rows that pass the checks", 99.6, 99.5, 99, "%", "at_least", 99.8)],
        [("A store sent its returns twice", "unlikely", "minor", "Rows are counted by store.")],
        ["Fewer than 99 % of the rows pass the checks"],
        [("Count the rows by store", "noor.rahimi", 15, ""),
         ("Publish the data", "noor.rahimi", 15, "Publish the old data")],
        change_class="standard",
        lesson=Lesson(
            "successful", "All 412 stores were there, and the rows passed.", [], "It took 12 minutes.",
        ),
    ),
    Story(
        "in_progress", "jonas.weber",
        "Order stock with the demand model that knows opening hours",
        "The demand forecast learns opening hours. Stock is ordered 30 minutes earlier.",
        "Stores run out less often on days with short hours.",
        "Each Sunday, stores order about 6 % too much.",
        [("feature_set:default/store-calendar", "4"), ("model:default/store-demand", "2"),
         ("service:default/store-replenishment", "6.5.0")], 0, "now", 8,
        "Point the alias back, and order at 06:00 again.", 12,
        [Metric("Mean error a store and day", 45.6, 44.0, 47.0, "units", "at_most")],
        [("Orders go out twice", "unlikely", "moderate", "One lock for each store.")],
        ["Any store gets two orders", "The mean error is above 47 units"],
        [("Publish feature set 4", "jonas.weber", 60, "Stop publishing"),
         ("Move the alias", "jonas.weber", 30, "Move it back"),
         ("Order at 05:30", "yuki.tanabe", 60, "Order at 06:00")],
    ),
    Story(
        "approved", "noor.rahimi",
        "Wait one second, not two, for the fraud check",
        "Checkout waits one second for the fraud check before it asks the customer to confirm.",
        "Paying feels quicker. The slowest tenth of payments gains a second.",
        "Half a percent of baskets are left at the last step.",
        [("service:default/checkout-api", "7.4.0")], 2, "05:00", 1.5,
        "Set the wait back to two seconds.", 2,
        [Metric("Baskets left at the last step", 2.4, 1.9, 2.6, "%", "at_most")],
        [("More payments need a confirmation", "possible", "minor", "Watch the first hour.")],
        ["More than 4 % of payments need a confirmation"],
        [("Change the wait for 5 % of payments", "noor.rahimi", 30, "Set it back"),
         ("Change it for all", "sofia.marchetti", 60, "Set it back")],
        asks=(Stage.PRE_DEPLOY, Stage.PROMOTION),
    ),
    Story(
        "in_review", "amara.okafor",
        "Retrain the credit-risk model on Q3 data and move fraud scoring to the new feature set",
        "We will teach the model that scores loan applicants with data up to September. Fraud checks at the till"
        " will read the same new signals, so both teams keep one copy instead of two.",
        "It should spot 3 more bad loans in every 1,000. Applicants and card customers get steadier answers.",
        "Each month on the old model costs about 40 bad loans.",
        [(LOANS, "2026-09"), (BEHAVIOUR, "8"), ("pipeline:default/risk-training", "3.5.0"), (RISK, "3"),
         (FRAUD, "2"), (GATEWAY, "2.19.0")], 9, "06:00", 2.5,
        "Point both aliases back, and the gateway back to 2.18.0.", 4,
        [Metric("AUC, held out", 0.935, 0.955, 0.93), Metric("Approvals", 61.0, 61.0, 59.0, "%")],
        [("Approvals fall by more than 2 points", "possible", "moderate", "Watch by hour; go back at 59 %."),
         ("Young applicants are scored worse", "unlikely", "severe", "Compare by age group in shadow first."),
         ("Feature set 8 arrives late", "possible", "minor", "Hold the gateway until 06:15.")],
        ["Approvals fall below 59 % for an hour", "Fraud checks take longer than 120 ms at p95"],
        [("Publish feature set 8 beside 7", "noor.rahimi", 15, "Stop publishing 8"),
         ("Run both models in shadow on live traffic", "amara.okafor", 30, "Switch shadow off"),
         ("Send 5 % of loan decisions to credit-risk 3", "amara.okafor", 25, "Alias back to 2"),
         ("Send 5 % of till checks to fraud-score 2", "sofia.marchetti", 20, "Gateway back to 2.18.0"),
         ("Ramp both to 50 %", "amara.okafor", 30, "Back to 5 % or to 0"),
         ("Ramp to 100 % and watch", "amara.okafor", 30, "Full undo, about 4 minutes")],
        unsigned=("validator", "owner"), asks=(Stage.FEATURES, Stage.MODEL, Stage.PRE_DEPLOY),
        brings=("api:default/credit-risk-scores", SCORES),
    ),
    Story(
        "in_review", "noor.rahimi",
        "Add two signals from the credit bureau to applicant behaviour",
        "The feature set gains two signals: open credit lines, and the age of the oldest account.",
        "Thin files score better: about 4 % of applicants have little history with us.",
        "About 20 applicants a day are sent to a person only because their file is thin.",
        [(BEHAVIOUR, "9")], 9, "07:00", 2,
        "Publish version 7 again.", 5,
        [Metric("Applicants sent to a person", 9.0, 7.5, 9.5, "%", "at_most")],
        [("The bureau counts closed lines too", "possible", "moderate", "Compare 500 files by hand.")],
        ["More than 9.5 % are sent to a person"],
        [("Publish version 9 beside 7", "noor.rahimi", 30, "Stop publishing"),
         ("Switch the readers", "noor.rahimi", 60, "Switch back")],
        unsigned=("sponsor", "steward", "validator", "owner"),
    ),
    Story(
        "in_review", "jonas.weber",
        "Hold card payments at a lower fraud score",
        "The gateway holds a payment from a score of 0.82, not 0.90.",
        "We stop about 60 more bad payments a day.",
        "About £4,000 a day.",
        [(GATEWAY, "2.20.0")], 9, "08:00", 1,
        "Set the limit back to 0.90.", 1,
        [Metric("Good payments held", 0.30, 0.34, 0.40, "%", "at_most")],
        [("Too many good payments are held", "possible", "moderate", "Call the customer within 10 minutes.")],
        ["More than 0.40 % of good payments are held"],
        [("Change the limit", "sofia.marchetti", 30, "Set it back")],
        change_class="urgent", unsigned=("owner",), brings=("api:default/fraud-gateway-api", CHECKS),
    ),
    Story(
        "rejected", "jonas.weber",
        "Train the fraud model every week",
        "The fraud pipeline trains each week instead of each month.",
        "New fraud patterns are learned in days.",
        "A new pattern stays open for three weeks on average.",
        [("pipeline:default/fraud-training", "2.3.0")], 6, "04:00", 2,
        "Set the schedule back to monthly.", 5,
        [Metric("Days until a new pattern is learned", 21, 8, 21, "days", "at_most")],
        [("A bad week teaches the model bad habits", "possible", "severe", "None yet.")],
        ["The held-out AUC falls by 0.02"],
        [("Change the schedule", "jonas.weber", 15, "Change it back")],
        unsigned=("owner",),
        reason="There is no check that stops a bad week. Add one and send it again.",
    ),
    Story(
        "withdrawn", "noor.rahimi",
        "Drop complaints from the customer lifetime features",
        "We stop reading complaints into the lifetime features.",
        "Less personal data is kept.",
        "",
        [("feature_set:default/customer-lifetime", "5")], 12, "05:00", 1,
        "Read complaints again.", 20,
        [Metric("AUC of churn, held out", 0.83, 0.83, 0.81)],
        [("The churn model gets worse", "likely", "minor", "Train without them first.")],
        ["AUC below 0.81"],
        [("Publish version 5", "noor.rahimi", 30, "Publish version 4")],
        unsigned=("sponsor", "steward", "validator", "owner"),
        reason="The stewards want to keep complaints for another year.",
    ),
    Story(
        "on_hold", "amara.okafor",
        "Give up to three reasons with every loan decision",
        "The loan decision gives up to three reasons in plain words, not one.",
        "Applicants know what to change. The regulator asked for this by spring.",
        "We have until 31 March.",
        [("service:default/loan-decision", "4.2.0")], 16, "06:00", 2,
        "Switch the reasons off.", 3,
        [Metric("Calls that ask why", 140, 90, 150, "a week", "at_most")],
        [("A reason points at a protected trait", "rare", "severe", "Two people read all 64 texts.")],
        ["Any reason names a protected trait"],
        [("Switch on for 5 %", "priya.raghunathan", 30, "Switch off"),
         ("Switch on for all", "priya.raghunathan", 60, "Switch off")],
        unsigned=("owner",),
        reason="Legal reads the 64 texts until Friday.",
    ),
    Story(
        "expired", "jonas.weber",
        "Learn from payments up to August",
        "The fraud features are built from payments up to August.",
        "The newest fraud patterns are in the features.",
        "",
        [("dataset:default/card-payments", "2026-08")], -2, "05:00", 1,
        "Use payments up to July again.", 10,
        [Metric("Disputes found before the customer calls", 70, 74, 69, "%")],
        [("A week of data is missing", "unlikely", "moderate", "Count the rows first.")],
        ["Fewer than 69 % are found"],
        [("Publish the data", "noor.rahimi", 30, "Publish the old data")],
        unsigned=("owner",),
    ),
    Story(
        "draft", "amara.okafor",
        "Read complaints up to September",
        "We add complaints up to September.",
        "The lifetime features know about this summer.",
        "",
        [("dataset:default/complaints", "2026-Q3")], 20, "05:00", 1,
        "", 0, [], [], [], [],
    ),
]  # fmt: skip
