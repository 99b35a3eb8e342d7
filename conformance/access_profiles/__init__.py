"""What the suite knows of access profiles: fixtures, recipes, legal bodies, preflight and clean-up."""
