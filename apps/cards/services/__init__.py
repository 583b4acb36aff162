"""Writing model cards.

- ``draft_card``: start the card of a model version.
- ``write_edition``: change a card; the edition before is kept as it was.
- ``publish_card``, ``archive_card``: its life.
- ``fill_from_registry``: take what the registry knows, and leave what people wrote.
"""

from apps.cards.services.filling import FillReport, fill_from_registry
from apps.cards.services.writing import archive_card, draft_card, publish_card, write_edition

__all__ = [
    "FillReport",
    "archive_card",
    "draft_card",
    "fill_from_registry",
    "publish_card",
    "write_edition",
]
