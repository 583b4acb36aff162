"""What the calendar's and the model cards' pages show, worked out before the template."""
