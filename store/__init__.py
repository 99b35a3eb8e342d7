"""Where profiles, roles, users and API keys are kept. `store.api` is the protocol; the rest implements it."""
