"""Time-stamps by an outside authority (RFC 3161), over the SHA-256 of a message."""

from datetime import UTC, datetime

from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    TimeStampRequest,
    TimestampRequestBuilder,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from apps.core.errors import PortalError


class BadTimestamp(PortalError):
    """An answer is no time-stamp of this message by an authority that the certificates vouch for."""


def certificates(pem: bytes) -> list[Certificate]:
    """Return the certificates of a PEM file.

    Raises:
        BadTimestamp: it holds none.
    """
    try:
        return load_pem_x509_certificates(pem)
    except ValueError as error:
        raise BadTimestamp(f"The file of the authority's certificates cannot be read: {error}.") from error


def request_for(message: bytes) -> TimeStampRequest:
    """Return what to ask the authority, with a nonce of its own."""
    return TimestampRequestBuilder(message, HashAlgorithm.SHA256).build()


def stamped_at(
    answer: bytes, message: bytes, roots: list[Certificate], *, request: TimeStampRequest | None = None
) -> datetime:
    """Return when the authority stamped the message, once its signature leads to one of the certificates.

    Given the ``request``, the answer must be to it: nonce and policy are compared.

    Raises:
        BadTimestamp: it is not such a stamp.
    """
    builder = VerifierBuilder(roots=roots) if request is None else VerifierBuilder.from_request(request)
    if request is not None:
        for root in roots:
            builder = builder.add_root_certificate(root)
    try:
        response = decode_timestamp_response(answer)
        builder.build().verify_message(response, message)
        stamped: datetime = response.tst_info.gen_time
    except (VerificationError, ValueError) as error:
        raise BadTimestamp(f"The authority's answer is no time-stamp of this checkpoint: {error}.") from error
    return stamped if stamped.tzinfo else stamped.replace(tzinfo=UTC)
