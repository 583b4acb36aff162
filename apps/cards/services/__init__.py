"""Writing model cards.

- ``draft_card``: start the card of a model version.
- ``write_edition``: change a card; the edition before is kept as it was.
- ``submit_card``, ``take_back_card``, ``settle_card``, ``archive_card``: its life.
- ``fill_from_registry``, ``fill_card``: take what records know, and leave what people wrote.
- ``remind_of_validation``: tell people that a version is to be validated again.
- ``import_card``: take what a file says, where the card is silent or the person says so.
"""

from apps.cards.services.filling import FillReport, fill_card, fill_from_registry
from apps.cards.services.importing import Imported, import_card
from apps.cards.services.life import archive_card, settle_card, submit_card, take_back_card
from apps.cards.services.reminding import remind_of_validation
from apps.cards.services.writing import draft_card, write_edition

__all__ = [
    "FillReport",
    "Imported",
    "archive_card",
    "draft_card",
    "fill_card",
    "fill_from_registry",
    "import_card",
    "remind_of_validation",
    "settle_card",
    "submit_card",
    "take_back_card",
    "write_edition",
]
