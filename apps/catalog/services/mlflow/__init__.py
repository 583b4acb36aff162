"""The importer of MLflow registries, live or saved."""
