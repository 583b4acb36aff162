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
    return [f"{told} This is {likely}, and the harm would be {harm}.", *sentences(scenario.mitigation)]
