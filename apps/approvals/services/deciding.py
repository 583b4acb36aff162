"""What follows when a round moves: its state, and the apps that asked for it."""

from collections import defaultdict
from collections.abc import Callable

from apps.approvals.enums import UNDECIDED, RequirementState, RoundState
from apps.approvals.models import Requirement, Round
from apps.approvals.services.concluding import conclude
from apps.core import clock
from apps.core.actors import Actor

Listener = Callable[[Round, Actor], None]

_listeners: dict[str, list[Listener]] = defaultdict(list)


def on_signed(subject_type: str, listener: Listener) -> None:
    """Let an upper floor act after each signature on its subjects; called from its ``AppConfig.ready``.

    The listener runs in the transaction of the signature, with the round in its new state.
    """
    if listener not in _listeners[subject_type]:
        _listeners[subject_type].append(listener)


def tell_listeners(round_: Round, actor: Actor) -> None:
    """Say what came of it when it went ahead before, and call everyone who asked to know of this round's subject."""
    conclude(round_, actor)
    for listener in _listeners[round_.subject_type]:
        listener(round_, actor)


def end_round(round_: Round, state: RoundState) -> None:
    """Put a round into a final state. What is still open in it is no longer asked of anyone."""
    Requirement.objects.filter(round=round_, state__in=UNDECIDED).update(state=RequirementState.LAPSED)
    round_.state = state
    round_.closed_at = clock.now()
    round_.save(update_fields=["state", "closed_at", "updated_at"])
