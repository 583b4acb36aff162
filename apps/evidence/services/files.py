"""Keeping a file as it came."""

import hashlib

from django.db import transaction

from apps.evidence.models import RawFile


@transaction.atomic
def keep_file(content: bytes) -> RawFile:
    """Keep a file once by the SHA-256 of its bytes. The entry of what it belongs to names the digest."""
    digest = hashlib.sha256(content).hexdigest()
    kept, _ = RawFile.objects.defer("content").get_or_create(
        digest=digest, defaults={"size": len(content), "content": content}
    )
    return kept
