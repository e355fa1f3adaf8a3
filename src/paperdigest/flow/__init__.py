"""The verbs: ingest, compose, deliver."""
