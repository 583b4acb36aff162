"""Writing to the outbox, and emptying it.

- ``notify``: tell a person something, once, in the portal and by e-mail.
- ``enqueue``: leave any message to be delivered after the commit.
- ``mark_read``: a person has seen their notifications.
- ``deliver_due``: deliver what is due. Each message is sent at least once.
"""

from apps.outbox.services.delivery import deliver_due
from apps.outbox.services.mail import send_notification
from apps.outbox.services.writing import enqueue, mark_read, notify

__all__ = ["deliver_due", "enqueue", "mark_read", "notify", "send_notification"]
