"""What the versions of documents that people approve have in common, as JSON: the rules, and the approval policy."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


class VersionSerializer(serializers.Serializer[Any]):
    """A version of a document. The portal comes with the first, which has no author."""

    author = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(read_only=True, allow_null=True)

    class Meta:
        fields = [
            "ref", "number", "state", "digest", "reason", "author", "created_at", "settled_at", "superseded_at",
        ]  # fmt: skip

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_author(self, version: Any) -> str | None:
        return version.author.username if version.author_id else None
