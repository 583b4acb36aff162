"""The ledger's keys and epochs. ``apps.audit.selectors.key_history`` says what each part means."""

from rest_framework import serializers


class LedgerRevocation(serializers.Serializer):
    """Beyond which size a key no longer counts, and why."""

    at = serializers.CharField()
    size = serializers.IntegerField()
    reason = serializers.CharField()
    note = serializers.CharField()


class LedgerKey(serializers.Serializer):
    """A key, and the sizes of the checkpoints that it may have signed."""

    key = serializers.CharField()
    from_size = serializers.IntegerField()
    until_size = serializers.IntegerField(allow_null=True)
    endorsement = serializers.CharField(allow_null=True)
    revoked = LedgerRevocation(allow_null=True)


class LedgerEpoch(serializers.Serializer):
    """A stretch of the ledger under one name, and what was lost before it."""

    number = serializers.IntegerField()
    origin = serializers.CharField()
    from_size = serializers.IntegerField()
    at = serializers.CharField(allow_null=True)
    lost_head = serializers.CharField(allow_null=True)
    lost_size = serializers.IntegerField(allow_null=True)
    lost_entries = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField()
    note = serializers.CharField(allow_null=True)


class KeyHistory(serializers.Serializer):
    """All keys and epochs of the ledger, oldest first."""

    keys = LedgerKey(many=True)
    epochs = LedgerEpoch(many=True)
