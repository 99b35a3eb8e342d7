"""The store on PostgreSQL: its URL, held connections for readers, and a watch for commits."""
