from django.apps import AppConfig


class GatesConfig(AppConfig):
    name = "apps.gates"
    label = "gates"

    def ready(self) -> None:
        """Have the gate follow its rounds, and keep a change from starting against what it says."""
        from apps.approvals.services import on_signed
        from apps.approvals.services.intents import speak_of
        from apps.cards.models import ModelCard
        from apps.cards.services.holding import hold_first
        from apps.changes.models import Change
        from apps.evidence.services.receiving import on_received
        from apps.gates.selectors import CARD, CHECKS, RULE_WAIVER, RULES
        from apps.gates.services import (
            card_filling,
            card_rounds,
            publishing,
            queue_rehearsal,
            rule_waivers,
            rules,
            starting,
        )
        from apps.lifecycle.machine import add_effect, add_guard
        from apps.outbox import handlers

        on_signed(CHECKS, publishing.follow_plan_round)
        on_signed(RULES, rules.follow_rules_round)
        on_signed(RULE_WAIVER, rule_waivers.follow_waiver_round)
        on_signed(CARD, card_rounds.follow_card_round)
        speak_of(CARD, card_rounds.SAYS)
        hold_first(card_rounds.hold_card_round)
        add_effect(ModelCard, "submit", card_rounds.open_card_round)
        add_effect(ModelCard, "take_back", card_rounds.close_card_round)
        add_effect(ModelCard, "reopen", card_rounds.close_card_round)
        add_effect(Change, "start", starting.keep_closed_gate)
        add_guard(Change, "close", starting.may_close_emergency)
        on_received(card_filling.queue_filling)
        handlers.register(card_filling.FILL_CARD, card_filling.fill_waiting)
        handlers.register("dry_run", queue_rehearsal)
