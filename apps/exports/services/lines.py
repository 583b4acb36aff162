"""JSON, one entry a line: what a program reads.

PostgreSQL puts the lines together and this only moves them to the file: an entry's canonical bytes are never
parsed nor recoded, and a million of them take seconds.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.db import connection
from django.db.models import BinaryField, QuerySet
from django.db.models.expressions import RawSQL

from apps.audit.models import AuditEvent, Checkpoint
from apps.exports.enums import Withheld
from apps.exports.rules.orders import Order
from apps.exports.services.files import Draft, Finished
from apps.exports.services.reading import NAMES_PEOPLE, Progress, wanted_of

_LINE = """
convert_to('{"leaf":' || audit_leaf.index || ',"entry":', 'UTF8')
|| CASE WHEN audit_event.entry = ''::bytea
   THEN (SELECT t.line FROM audit_tombstone t WHERE t.event_id = audit_event.id) ELSE audit_event.entry END || %s
"""
_NO_TEXTS = """ ',"texts":{}}\n'::bytea """

# Most entries have no texts, and end so: for these nothing is looked up.
_TEXTS = """
CASE WHEN substring(audit_event.entry FROM octet_length(audit_event.entry) - 18) = '"private":{},"v":1}'::bytea
THEN %s ELSE convert_to(',"texts":{' || coalesce((
    SELECT string_agg(to_json(t.name)::text || ':' || to_json(t.text)::text, ',' ORDER BY t.name COLLATE "C")
    FROM audit_text t WHERE t.event_id = audit_event.id AND %s
), '') || E'}}\\n', 'UTF8') END
"""

PIECE_LEAVES = 10_000

# A message for each line would cost more than the line.
_TOGETHER = 100
_COPY = """
COPY (
    SELECT count(*), string_agg(line, ''::bytea ORDER BY place) FROM ({lines}) AS piece(place, line)
    GROUP BY place / {together} ORDER BY place / {together}
) TO STDOUT (FORMAT binary)
"""


def write_jsonl(*, out: Path, order: Order, checkpoint: Checkpoint, progress: Progress) -> Finished:
    """Write a line ``{"leaf": …, "entry": …, "texts": …}`` for each entry; it is a ``writers.Writer``.

    ``entry`` stands byte for byte as it was hashed; of a retired entry it is the line of its tombstone.
    ``texts`` holds the private texts that are kept, by name.
    """
    line = RawSQL(_LINE % _texts(order), [], output_field=BinaryField())  # noqa: S611 - no input in it
    wanted = wanted_of(order.scope, checkpoint.size)
    with Draft(out) as draft, ThreadPoolExecutor(max_workers=1) as other_hand:
        progress(0, wanted.count)
        done, writing = 0, None
        # A piece goes to the disk while PostgreSQL puts the next together: two pieces at most are in memory.
        for piece in wanted.pieces(PIECE_LEAVES):
            count, lines = _read(piece.annotate(line=line).values_list("leaf__index", "line"))
            if writing is not None:
                writing.result()
            writing = other_hand.submit(_write, draft, lines)
            done += count
            progress(done, wanted.count)
        if writing is not None:
            writing.result()
        return Finished(draft.finish(), done)


def _texts(order: Order) -> str:
    if Withheld.TEXTS in order.withheld:
        return _NO_TEXTS
    named = f"audit_event.object_type <> '{NAMES_PEOPLE}'" if Withheld.NAMES in order.withheld else "true"
    return _TEXTS % (_NO_TEXTS, named)


def _read(lines: QuerySet[AuditEvent, tuple[int, bytes]]) -> tuple[int, list[bytes]]:
    """Return how many lines a piece has, and these, many together."""
    sql, params = lines.query.sql_with_params()
    copied = _COPY.format(lines=sql, together=_TOGETHER)
    with connection.cursor() as cursor, cursor.copy(copied, params) as copy:
        copy.set_types(["int8", "bytea"])
        rows = list(copy.rows())
    return sum(count for count, _ in rows), [together for _, together in rows]


def _write(draft: Draft, lines: list[bytes]) -> None:
    for together in lines:
        draft.write(together)
