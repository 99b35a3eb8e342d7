"""A program of whoever starts it: `python -m tests.executed CODE`."""

import sys

if __name__ == "__main__":
    exec(sys.argv[1])
