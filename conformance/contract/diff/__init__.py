"""What a change of the contract means: two documents in, rated changes out."""
