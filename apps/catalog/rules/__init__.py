"""What the catalog decides without asking the database: impact, severity, and how to read what sources say."""
