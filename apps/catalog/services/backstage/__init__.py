"""The importer of Backstage catalog files: read them, tie them together, write what changed."""
