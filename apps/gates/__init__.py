"""The gate: whether a change may go out, asked by machines and people, answered with reasons, and kept."""
