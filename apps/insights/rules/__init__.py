"""Plain words from facts: grammar, reading grade, and the briefing built from both. Pure."""
