"""A believable company to try things on: profiles, roles, people, and who holds what."""

from server.seed.company import SeedReport, seed_company

__all__ = ["SeedReport", "seed_company"]
