"""What a new revision asks of those who decided on an earlier one, told before it is submitted."""

from dataclasses import dataclass

from apps.approvals.models import Signature
from apps.approvals.rules import describe
from apps.changes.models import Change
from apps.changes.selectors import content_of, earlier_for
from apps.web.consequences import listed
from apps.web.views.wizard.forecast import Forecast


@dataclass(frozen=True)
class Earlier:
    """A person who decided on an earlier revision, whether that still counts, and why."""

    name: str
    role: str
    counts: bool
    because: str


@dataclass(frozen=True)
class Again:
    """Whom a new revision asks again, and whose signature it keeps."""

    rows: list[Earlier]

    @property
    def sentence(self) -> str:
        """Return it in one sentence: "This will ask Ana and Ben again."."""
        asked = list(dict.fromkeys(row.name for row in self.rows if not row.counts))
        return f"This will ask {listed(asked)} again." if asked else "This asks nobody again."

    @property
    def kept(self) -> str:
        """Return whose signature still counts, in one sentence; empty for nobody's."""
        names = list(dict.fromkeys(row.name for row in self.rows if row.counts))
        if not names:
            return ""
        return f"{listed(names)} {'has' if len(names) == 1 else 'have'} signed, and need not sign again."


def again_of(change: Change, forecast: Forecast) -> Again | None:
    """Return what submitting asks of those who decided before; None for a first revision, or where nobody had."""
    if change.revision is None:
        return None
    found = earlier_for(change, forecast.needs, content_of(change, impact=forecast.impact))
    if not found:
        return None
    signatures = Signature.objects.select_related("signer").in_bulk([one.signature_id for one in found])
    able = {(one.key, one.role_key): one.ids for one in forecast.asked}
    titles = {need.component_key: need.component_label for need in forecast.needs}
    rows = []
    for one in found:
        signer = signatures[one.signature_id].signer
        may = signer.pk in able.get((one.component_key, one.role), frozenset())
        because = one.because if may or not one.counts else "They may not sign this any more."
        role = describe(one.role, titles[one.component_key])
        rows.append(Earlier(str(signer), role, one.counts and may, because))
    return Again(rows)
