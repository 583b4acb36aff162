from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "apps.outbox"
    label = "outbox"

    def ready(self) -> None:
        from apps.outbox import handlers, services

        handlers.register("email", services.send_notification)
