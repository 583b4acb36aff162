"""The fields of a card, in the order in which people read them.

They merge what a Hugging Face model card, a card of Google's Model Card Toolkit and a CycloneDX ML-BOM hold, and add
what a change of the model is judged by. The content of a card is a mapping of these names to plain JSON, in the
shapes that ``Kind`` gives, and may hold ``EXTRA`` beside them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from apps.cards.rules import columns
from apps.cards.rules.kinds import Column, Keeper, Kind, empty_of

EXTRA = "extra"
"""Beside the fields, a content may keep the files that it came from: the name of the format to the file's text."""

FORMAT_NAMES = ("huggingface", "toolkit", "cyclonedx")
LARGEST_FILE = 1024**2
"""In bytes, and in characters of what is kept of one."""

EVERY_TIER = 4

SECTIONS = {
    "identity": "Identity",
    "parameters": "How it works",
    "data": "Data",
    "evaluation": "Evaluation",
    "considerations": "Considerations",
    "governance": "Governance",
}

APPROACHES = (
    ("supervised", "Supervised"),
    ("unsupervised", "Unsupervised"),
    ("semi-supervised", "Semi-supervised"),
    ("self-supervised", "Self-supervised"),
    ("reinforcement-learning", "Reinforcement learning"),
)
"""As CycloneDX 1.7 names them."""

TIERS = (
    ("1", "1, the most critical"),
    ("2", "2"),
    ("3", "3"),
    ("4", "4, the least critical"),
)


@dataclass(frozen=True)
class CardField:
    """A field: what it is called, what to write there, how, and for which models a card is not whole without it.

    ``needed_to`` is the last tier that needs it: 4 is every model, 1 the most critical alone, 0 none.
    """

    name: str
    section: str
    label: str
    ask: str
    kind: Kind
    needed_to: int = 0
    columns: tuple[Column, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    keeper: Keeper = Keeper.PEOPLE

    @property
    def empty(self) -> Any:
        """Return the value of the field when nobody filled it in."""
        return empty_of(self.kind)

    def needed(self, tier: int) -> bool:
        """Return whether the card of a model of this tier is not whole without it."""
        return tier <= self.needed_to


FIELDS = (
    CardField(
        "name", "identity", "Name", "What the model is called.", Kind.LINE, keeper=Keeper.PORTAL
    ),
    CardField(
        "version", "identity", "Version", "The version that it describes.", Kind.LINE, keeper=Keeper.PORTAL
    ),
    CardField(
        "version_date", "identity", "Released", "The day of the version.", Kind.DATE, keeper=Keeper.PORTAL
    ),
    CardField(
        "overview", "identity", "Overview", "What the model does, in two or three sentences.", Kind.MARKDOWN, 4
    ),
    CardField(
        "version_diff", "identity", "What is new", "What differs from the version before, and why.",
        Kind.MARKDOWN, 2,
    ),
    CardField("owners", "identity", "Owners", "Who answers for it.", Kind.PEOPLE, 4),
    CardField(
        "authors", "identity", "Authors", "Who made it: people, teams or firms.", Kind.ROWS,
        columns=columns.AUTHORS,
    ),
    CardField(
        "licences", "identity", "Licences", "Under which terms it may be used.", Kind.ROWS,
        columns=columns.LICENCES,
    ),
    CardField(
        "base_models", "identity", "Base models", "The models that it was made from. One a line.", Kind.LIST
    ),
    CardField(
        "languages", "identity", "Languages", "The languages that it understands. One a line.", Kind.LIST
    ),
    CardField("tags", "identity", "Tags", "Words to find it by. One a line.", Kind.LIST),
    CardField(
        "references", "identity", "References", "Addresses to read more. One a line.", Kind.LIST
    ),
    CardField(
        "citations", "identity", "Citations", "How to cite it.", Kind.ROWS, columns=columns.CITATIONS
    ),
    CardField("path", "identity", "Where it is kept", "The address of its files.", Kind.LINE),
    CardField(
        "documentation", "identity", "Documentation", "What else a reader should know.", Kind.MARKDOWN
    ),
    CardField(
        "task", "parameters", "Task", "What kind of answer it gives, such as classification.", Kind.LINE, 2
    ),
    CardField(
        "approach", "parameters", "Approach", "How it learned.", Kind.CHOICE, 2, choices=APPROACHES
    ),
    CardField(
        "architecture_family", "parameters", "Family", "Such as gradient-boosted trees, or transformer.",
        Kind.LINE,
    ),
    CardField("architecture", "parameters", "Architecture", "How it is built.", Kind.MARKDOWN),
    CardField("library", "parameters", "Library", "What it was made with, and runs with.", Kind.LINE),
    CardField(
        "inputs", "parameters", "Inputs", "What it is given, and in which format.", Kind.ROWS, 1,
        columns=columns.PORTS,
    ),
    CardField(
        "outputs", "parameters", "Outputs", "What it answers, and in which format.", Kind.ROWS, 1,
        columns=columns.PORTS,
    ),
    CardField(
        "training_data", "data", "Training data", "Which data it learned from, with the period and the digest.",
        Kind.MARKDOWN, 4,
    ),
    CardField(
        "datasets", "data", "Datasets", "Each dataset that it learned from or was tested on.", Kind.ROWS, 1,
        columns=columns.DATASETS,
    ),
    CardField(
        "metrics", "evaluation", "Metrics", "How well it does on data that it has not seen.", Kind.METRICS, 4,
        columns=columns.METRICS,
    ),
    CardField(
        "evaluation", "evaluation", "Evaluation", "How it was tested, and why by these metrics.", Kind.MARKDOWN, 1
    ),
    CardField(
        "intended_use", "considerations", "Intended use", "Which decision its answers serve.", Kind.MARKDOWN, 4
    ),
    CardField("users", "considerations", "Users", "Who uses its answers.", Kind.MARKDOWN),
    CardField(
        "prohibited_use", "considerations", "Not for", "Uses that look close and are not allowed.",
        Kind.MARKDOWN, 2,
    ),
    CardField(
        "limitations", "considerations", "Limitations", "Where it is weak: groups, times, amounts.",
        Kind.MARKDOWN, 4,
    ),
    CardField(
        "tradeoffs", "considerations", "Trade-offs", "What was given up, and for what.", Kind.MARKDOWN
    ),
    CardField(
        "ethical_risks", "considerations", "Ethical risks", "What could do harm, and what is done about it.",
        Kind.ROWS, 2, columns=columns.ETHICAL_RISKS,
    ),
    CardField(
        "fairness", "considerations", "Fairness", "Groups that could be treated unfairly.", Kind.ROWS, 1,
        columns=columns.FAIRNESS,
    ),
    CardField(
        "environmental", "considerations", "Environment", "What training and running it costs: energy, carbon.",
        Kind.MARKDOWN,
    ),
    CardField(
        "risk_tier", "governance", "Risk tier", "How critical the model is.", Kind.CHOICE, choices=TIERS,
        keeper=Keeper.PORTAL,
    ),
    CardField(
        "human_oversight", "governance", "Human oversight", "Who watches it, and how they can stop it.",
        Kind.MARKDOWN, 2,
    ),
    CardField(
        "monitoring_plan", "governance", "Monitoring plan",
        "What is watched once it runs, how often, and who is told.", Kind.MARKDOWN, 2,
    ),
    CardField(
        "retraining_triggers", "governance", "Retraining triggers", "What makes it due for training again.",
        Kind.ROWS, 4, columns=columns.RETRAINING,
    ),
    CardField(
        "next_validation", "governance", "Next validation", "The day by which it is validated again.",
        Kind.DATE, 2,
    ),
    CardField(
        "gate_results", "governance", "Gate results", "What the checks and the gate said of this version.", Kind.ROWS,
        columns=columns.GATE_RESULTS, keeper=Keeper.PORTAL,
    ),
    CardField(
        "approvals", "governance", "Approvals", "Who signed this card.", Kind.ROWS,
        columns=columns.APPROVALS, keeper=Keeper.PORTAL,
    ),
)  # fmt: skip

BY_NAME = {field.name: field for field in FIELDS}
WRITTEN = tuple(field for field in FIELDS if field.keeper is Keeper.PEOPLE)
"""What people write, and what an edition of a card keeps."""


@dataclass(frozen=True)
class Completeness:
    """Which fields that people write are filled in, and which are not, for a model of a tier."""

    tier: int
    filled: tuple[CardField, ...]
    missing: tuple[CardField, ...]

    @property
    def total(self) -> int:
        """Return how many fields people may fill in."""
        return len(self.filled) + len(self.missing)

    @property
    def needed(self) -> tuple[CardField, ...]:
        """Return the missing fields without which the card is not whole."""
        return tuple(field for field in self.missing if field.needed(self.tier))

    @property
    def sentence(self) -> str:
        """Return what is missing and needed, in words; empty when nothing is."""
        names = [field.label.lower() for field in self.needed]
        if not names:
            return ""
        if len(names) == 1:
            return f"The card lacks its {names[0]}."
        return f"The card lacks its {', '.join(names[:-1])} and {names[-1]}."


def completeness(content: Mapping[str, Any], tier: int) -> Completeness:
    """Judge the content of a card of a model of this tier. Blank text and empty lists do not count as filled."""
    filled = tuple(field for field in WRITTEN if is_filled(content.get(field.name)))
    return Completeness(tier, filled, tuple(field for field in WRITTEN if field not in filled))


def is_filled(value: Any) -> bool:
    """Return whether something was written. A number is, also 0."""
    if isinstance(value, str):
        return bool(value.strip())
    return bool(value) or (value is not None and not isinstance(value, list | dict))
