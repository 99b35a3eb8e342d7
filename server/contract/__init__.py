"""The contract as the server reads it: the document, its routes, compiled schemas, and the handlers."""
