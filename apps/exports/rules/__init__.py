"""Pure rules of exports: periods, and text that a spreadsheet cannot run."""
