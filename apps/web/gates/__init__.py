"""The page of a change's gates: what it shows, worked out from how the change stands."""

from apps.web.gates.page import STATES, GatePage, gate_page

__all__ = ["STATES", "GatePage", "gate_page"]
