from django.apps import AppConfig


class GatesConfig(AppConfig):
    name = "apps.gates"
    label = "gates"

    def ready(self) -> None:
        from apps.approvals.services import on_signed
        from apps.gates.selectors import RULE_WAIVER, RULES
        from apps.gates.services import publishing, rule_waivers, rules

        on_signed(publishing.SUBJECT, publishing.follow_plan_round)
        on_signed(RULES, rules.follow_rules_round)
        on_signed(RULE_WAIVER, rule_waivers.follow_waiver_round)
