"""The conformance suite: proves from outside that a server keeps the contract in `openapi.yaml`.

It knows a URL, keys and the contract, and nothing of any server's code.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("access-profiles")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0+unknown"
