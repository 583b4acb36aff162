"""Whether what was changed helped: a rate before and after, each with its 95 % interval, and their difference.

A rate's interval is Wilson's score interval: E. B. Wilson, “Probable inference, the law of succession, and statistical
inference”, Journal of the American Statistical Association 22 (1927), 209-212. That of a difference is made of the two
of its rates: R. G. Newcombe, “Interval estimation for the difference between independent proportions”, Statistics in
Medicine 17 (1998), 873-890, method 10. Both hold for few records, where the usual formula does not.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

Z = 1.959963984540054
"""The 97.5th percentile of the normal distribution: 95 % lie within it on both sides."""


class Told(StrEnum):
    """What two rates say. No answer is an answer: few records tell little."""

    FEWER = "fewer"
    MORE = "more"
    OPEN = "open"
    NOT_MEASURED = "not_measured"


@dataclass(frozen=True)
class Rate:
    """``count`` of ``total`` records. ``low`` to ``high`` is the 95 % interval; None where there is no record."""

    count: int
    total: int
    low: float | None
    high: float | None

    @property
    def value(self) -> float | None:
        """Return the rate from 0 to 1, or None where there is no record: that is not 0."""
        return self.count / self.total if self.total else None


def rate_of(count: int, total: int) -> Rate:
    """Return a rate with Wilson's 95 % interval."""
    if not total:
        return Rate(count, total, None, None)
    share, square = count / total, Z * Z
    middle = (share + square / (2 * total)) / (1 + square / total)
    reach = Z * sqrt(share * (1 - share) / total + square / (4 * total * total)) / (1 + square / total)
    low = 0.0 if count == 0 else max(0.0, middle - reach)
    high = 1.0 if count == total else min(1.0, middle + reach)
    return Rate(count, total, low, high)


def told_by(before: Rate, after: Rate) -> Told:
    """Return whether trouble became rarer: only where the 95 % interval of the difference leaves out no difference."""
    values = before.value, before.low, before.high, after.value, after.low, after.high
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return Told.NOT_MEASURED
    was, was_low, was_high, now, now_low, now_high = known
    least = now - was - sqrt((now - now_low) ** 2 + (was_high - was) ** 2)
    most = now - was + sqrt((now_high - now) ** 2 + (was - was_low) ** 2)
    if most < 0:
        return Told.FEWER
    return Told.MORE if least > 0 else Told.OPEN
