"""One run against one target: what is planned, what checks work with, and what they come to."""
