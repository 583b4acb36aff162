"""What could go wrong with a change, and how likely it is, in sentences. Pure."""

from apps.changes.enums import Harm, Likelihood
from apps.insights.rules.facts import Scenario
from apps.insights.rules.grammar import fit, sentences

SCENARIO_WORDS = 25
_LIKELY = {
    Likelihood.RARE: "very unlikely",
    Likelihood.UNLIKELY: "unlikely",
    Likelihood.POSSIBLE: "possible",
    Likelihood.LIKELY: "likely",
}
_LIKELIHOODS = list(Likelihood)
_HARMS = list(Harm)
# Who acts, when a sentence already says so.
_SUBJECTS = {"A", "An", "Each", "Every", "It", "Our", "The", "They", "This", "Two", "We"}
# What people meet comes before what machines use.
KINDS = ("product", "service", "model", "pipeline", "feature set", "dataset")


def weight_of(scenario: Scenario) -> int:
    """Return how grave a risk is, to put the gravest first: from 1."""
    likelihood = _LIKELIHOODS.index(Likelihood(scenario.likelihood)) + 1
    return likelihood * (_HARMS.index(Harm(scenario.harm)) + 1)


def scenario_told(scenario: Scenario) -> list[str]:
    """Return what could happen with how likely it is, in one piece that no limit parts; then what is done."""
    likely = _LIKELY[Likelihood(scenario.likelihood)]
    harm = Harm(scenario.harm).label.lower()
    told = fit(sentences(scenario.text), SCENARIO_WORDS)
    return [
        f"{told} This is {likely}, and the harm would be {harm}.",
        *_guard(sentences(scenario.mitigation)),
    ]


def _guard(told: list[str]) -> list[str]:
    """Return what is done about it. People often write an order, such as “Watch the first hour.”: it gets its frame."""
    if not told or told[0].split()[0] in _SUBJECTS:
        return told
    first = told[0]
    rest = first if first[1:2].isupper() or first[1:2].isdigit() else first[:1].lower() + first[1:]
    return [f"What we do about it: {rest}", *told[1:]]
