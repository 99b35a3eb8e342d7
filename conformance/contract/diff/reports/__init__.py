"""Views of a comparison: for reviews, for terminals, for programs, and as annotations of lines."""
