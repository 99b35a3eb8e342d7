"""From the domain's records to the contract's response bodies, a module for each kind of record."""
