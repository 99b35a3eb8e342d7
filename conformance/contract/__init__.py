"""What an OpenAPI document states: its operations and clauses, each with its place in the file."""
