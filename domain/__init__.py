"""The pure rules of access profiles: records, windows, amounts, usage, edits, propagation and roles.

No I/O and no library but the standard one. Time and ids are handed in.
"""
