"""The pure rules of access profiles: records, windows, amounts and what may stand together.

No I/O and no library but the standard one. Time and ids are handed in.
"""
