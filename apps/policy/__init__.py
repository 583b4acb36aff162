"""Policy: rules over facts, in versions that someone else approved, and the verdict with its reasons."""
