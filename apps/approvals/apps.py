from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "apps.approvals"
    label = "approvals"

    def ready(self) -> None:
        from apps.approvals.services import deciding, mail_links, policy
        from apps.outbox import handlers

        deciding.on_signed(policy.SUBJECT, policy.follow_policy_round)
        for rule in mail_links.ASKING:
            handlers.add_to_mail(rule, mail_links.link_for_mail)
