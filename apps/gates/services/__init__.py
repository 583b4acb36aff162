"""Asking the gate."""

from apps.gates.services.asking import Ask, ask_gate

__all__ = ["Ask", "ask_gate"]
