"""Checks: what a stage asks of the evidence, and what each comes to."""

from apps.evidence.rules.checks.judging import Checked, Piece, State, judged
from apps.evidence.rules.checks.plans import Check, Demand, Plan, plan_from
from apps.evidence.rules.checks.starter import STARTER

__all__ = ["STARTER", "Check", "Checked", "Demand", "Piece", "Plan", "State", "judged", "plan_from"]
