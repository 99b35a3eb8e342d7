"""Answers that are given again, exactly as long as nothing was written."""
