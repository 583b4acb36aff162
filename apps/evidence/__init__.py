"""Evidence: what machines measured, the checks that a stage asks for, and how contracts differ."""
