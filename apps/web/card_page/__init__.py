"""What the pages of a model card show, worked out before the template."""
