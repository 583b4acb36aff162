"""Which columns a table of entries has."""

from apps.core.errors import Invalid
from apps.exports.enums import Column, Withheld
from apps.exports.rules.orders import Order

_HIDES = {Column.WHO: Withheld.NAMES, Column.TEXTS: Withheld.TEXTS}


def columns_of(order: Order) -> tuple[Column, ...]:
    """Return the columns that an order asks for, without what it withholds, in the order of ``Column``.

    Raises:
        Invalid: a column is unknown, or none is left.
    """
    wanted = order.fields or Column.values
    unknown = sorted(set(wanted) - set(Column.values))
    if unknown:
        raise Invalid({"fields": [f"There is no column {unknown[0]!r}. Choose among {', '.join(Column)}."]})
    left = tuple(each for each in Column if each in wanted and _HIDES.get(each) not in order.withheld)
    if not left:
        raise Invalid({"fields": ["Choose at least one column that is not withheld."]})
    return left
