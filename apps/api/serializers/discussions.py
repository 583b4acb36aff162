"""Comments as JSON."""

from typing import Any

from rest_framework import serializers

from apps.discussions.models import Comment


class CommentSerializer(serializers.ModelSerializer[Comment]):
    """A comment with its words as they are now; they are blank when it was withdrawn, or they were erased."""

    thread = serializers.IntegerField(source="thread_id", read_only=True)
    about = serializers.CharField(source="thread.about", read_only=True)
    settled_at = serializers.DateTimeField(source="thread.settled_at", read_only=True, allow_null=True)
    author = serializers.SlugRelatedField(slug_field="username", read_only=True)
    author_name = serializers.CharField(source="author.get_full_name", read_only=True)
    text = serializers.SerializerMethodField()
    edited = serializers.SerializerMethodField()
    mentions = serializers.SerializerMethodField()

    class Meta:
        model = Comment
        fields = [
            "id", "thread", "about", "settled_at", "author", "author_name", "text", "mentions", "edited",
            "written_at", "withdrawn_at",
        ]  # fmt: skip

    def get_text(self, comment: Comment) -> str:
        return "" if comment.withdrawn_at else list(comment.wordings.all())[-1].text

    def get_edited(self, comment: Comment) -> bool:
        return len(comment.wordings.all()) > 1

    def get_mentions(self, comment: Comment) -> list[str]:
        return [mention.user.username for mention in comment.mentions.all()]


class CommentingSerializer(serializers.Serializer[Any]):
    """A comment to write: an answer in a thread, or without one the first of a new thread."""

    text = serializers.CharField(allow_blank=True, trim_whitespace=False)
    thread = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    about = serializers.CharField(required=False, allow_blank=True, default="", max_length=40)
