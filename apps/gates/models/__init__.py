"""The log of what the gate was asked and answered, and dry runs of its rules."""

from apps.gates.models.decisions import GateDecision
from apps.gates.models.rehearsals import Rehearsal, RehearsalPart, Rehearsed

__all__ = ["GateDecision", "Rehearsal", "RehearsalPart", "Rehearsed"]
