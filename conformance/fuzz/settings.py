"""The names of the environment variables that the engine and its hooks share."""

KEY = "CONFORMANCE_FUZZ_KEY"
PREFIX = "CONFORMANCE_FUZZ_PREFIX"
FINDINGS = "CONFORMANCE_FUZZ_FINDINGS"
