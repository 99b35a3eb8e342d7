"""What handlers read of a request beyond its schema: policies, instants, pages and preconditions."""
