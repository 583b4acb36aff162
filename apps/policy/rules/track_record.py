"""How often changes go wrong, told honestly while few are known.

The rate is the mean of the posterior of a beta-binomial model (Gelman et al., Bayesian Data Analysis, 3rd edition, 2.1
and 2.4): a prior of Beta(a, b), where a = ``prior.failures`` and a + b = ``prior.changes``, and ``failures`` of
``changes`` seen, give (failures + a) / (changes + a + b). A team with two good changes is close to the prior, not
perfect; one with two hundred is close to what it did.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prior:
    """What is thought of a team before anything is known: so many ``failures`` in so many ``changes``."""

    failures: float
    changes: float

    @property
    def rate(self) -> float:
        return self.failures / self.changes


def shrunken_rate(failures: int, changes: int, prior: Prior) -> float:
    """Return the expected share of changes that fail, between 0 and 1.

    Raises:
        ValueError: the counts are no counts.
    """
    if not 0 <= failures <= changes:
        raise ValueError(f"{failures} of {changes} changes cannot have failed.")
    return (failures + prior.failures) / (changes + prior.changes)


def rate_words(failures: int, changes: int, prior: Prior) -> str:
    """Return the rate with what it is made of, in a sentence."""
    rate = shrunken_rate(failures, changes, prior)
    return (
        f"{failures} of {changes} changes failed. With the {prior.failures:g} of {prior.changes:g} that anyone starts "
        f"with, that counts as {rate:.1%}."
    )
