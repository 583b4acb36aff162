"""Asking the gate, and saying what it checks."""

from apps.gates.services.asking import Ask, ask_gate
from apps.gates.services.publishing import propose_plan, withdraw_plan

__all__ = ["Ask", "ask_gate", "propose_plan", "withdraw_plan"]
