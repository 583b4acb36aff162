from django.apps import AppConfig


class CardsConfig(AppConfig):
    name = "apps.cards"
    label = "cards"

    def ready(self) -> None:
        from apps.cards.models import ModelCard
        from apps.cards.rules import TRANSITIONS
        from apps.lifecycle.machine import register

        register(ModelCard, "card", TRANSITIONS)
