"""Saying something about a subject.

writing: start_thread, reply, edit_comment, withdraw_comment
settling: settle_thread, reopen_thread, mark_read
erasing: erase_comments, erase_comments_of_entries
"""

from apps.discussions.services.erasing import erase_comments, erase_comments_of_entries
from apps.discussions.services.settling import mark_read, reopen_thread, settle_thread
from apps.discussions.services.writing import edit_comment, reply, start_thread, withdraw_comment

__all__ = [
    "edit_comment",
    "erase_comments",
    "erase_comments_of_entries",
    "mark_read",
    "reopen_thread",
    "reply",
    "settle_thread",
    "start_thread",
    "withdraw_comment",
]
