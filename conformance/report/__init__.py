"""Views of the results: for people, for programs, and for CI servers."""
