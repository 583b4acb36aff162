"""Pure rules of retention: what a hold must name, and when an entry's time is over."""
