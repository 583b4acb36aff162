"""What must hold of a change, as pure functions that say why not."""
