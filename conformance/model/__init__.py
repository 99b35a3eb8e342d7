"""Random histories of calls, in lock-step with a model in memory of what the clauses say."""
