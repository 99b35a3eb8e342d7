"""How requests leave and how answers are kept: bounded in time and size, at the target's pace."""
