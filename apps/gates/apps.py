from django.apps import AppConfig


class GatesConfig(AppConfig):
    name = "apps.gates"
    label = "gates"

    def ready(self) -> None:
        from apps.approvals.services import on_signed
        from apps.gates.services import publishing

        on_signed(publishing.SUBJECT, publishing.follow_plan_round)
