"""What proves, now, who signs: a part of every body that signs something."""

from typing import Any

from rest_framework import serializers


class ProofSerializer(serializers.Serializer[Any]):
    """The password, and the code of whoever has an authenticator app."""

    password = serializers.CharField(write_only=True, trim_whitespace=False)
    code = serializers.CharField(
        write_only=True,
        required=False,
        allow_blank=True,
        default="",
        max_length=12,
        help_text="Of the signer's authenticator app, when they have set one up.",
    )
