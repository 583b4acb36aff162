from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "apps.approvals"
    label = "approvals"

    def ready(self) -> None:
        from apps.approvals.services import deciding, policy

        deciding.on_signed(policy.SUBJECT, policy.follow_policy_round)
