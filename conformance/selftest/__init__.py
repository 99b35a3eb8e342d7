"""The suite proves itself: it exposes servers with one fault each, and passes other legal ones."""
