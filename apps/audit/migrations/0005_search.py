"""Finding entries by the words of their private texts."""

from django.db import migrations

# The column follows its text: a text that is erased takes its words along. It is no field of the model, because
# nobody reads it; "simple" neither stems nor drops words, as the texts are in any language and full of names.
# New words wait in a list of at most 512 kB, so that a write does not pay for each of them; a search reads
# that list too. PostgreSQL keeps at most 1 MB of words for a text and refuses more, so the words of a longer text than
# anyone reads are those of its beginning: a text must never be too long to be recorded.
WORDS = """
ALTER TABLE audit_text
    ADD COLUMN words tsvector NOT NULL GENERATED ALWAYS AS (to_tsvector('simple', left(text, 100000))) STORED;
CREATE INDEX audit_text_words ON audit_text USING gin (words) WITH (fastupdate = on, gin_pending_list_limit = 512);
"""

NO_WORDS = "ALTER TABLE audit_text DROP COLUMN words"


class Migration(migrations.Migration):
    dependencies = [("audit", "0004_protection_of_all")]

    operations = [migrations.RunSQL(WORDS, NO_WORDS)]
