"""The log of what the gate was asked and answered."""

from apps.gates.models.decisions import GateDecision

__all__ = ["GateDecision"]
