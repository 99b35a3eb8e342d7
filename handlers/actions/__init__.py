"""What several operations do: audit rows and versions, and the copies that a role brings."""
