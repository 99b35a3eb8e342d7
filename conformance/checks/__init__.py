"""One function for each clause, one module for each theme. Each says in its docstring how it checks."""
