"""Each signature keeps its attestation, and stands as it was given: only its note can be erased."""

from django.db import migrations, models

REFUSE = """
CREATE FUNCTION approvals_signature_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A signature never changes: % is refused.', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
"""

# ENABLE ALWAYS: a plain trigger is bypassed by session_replication_role = replica.
GUARD = """
CREATE TRIGGER approvals_signature_no_change BEFORE DELETE OR UPDATE OF
    requirement_id, signer_id, decision, digest, meaning, auth_method, signed_at, attestation, attestation_digest
    ON approvals_signature FOR EACH ROW EXECUTE FUNCTION approvals_signature_refuse();
ALTER TABLE approvals_signature ENABLE ALWAYS TRIGGER approvals_signature_no_change;
"""


class Migration(migrations.Migration):
    dependencies = [("approvals", "0002_period_indexes")]

    operations = [
        migrations.AddField("signature", "attestation", models.TextField(blank=True, default="")),
        migrations.AddField(
            "signature",
            "attestation_digest",
            models.CharField(
                blank=True,
                db_index=True,
                default="",
                help_text="SHA-256 of the attestation, as the ledger names it.",
                max_length=64,
            ),
        ),
        migrations.RunSQL(REFUSE, "DROP FUNCTION approvals_signature_refuse()"),
        migrations.RunSQL(GUARD, "DROP TRIGGER approvals_signature_no_change ON approvals_signature"),
    ]
