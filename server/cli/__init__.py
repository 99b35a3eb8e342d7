"""The command line: `access-profiles`. One module for each group of commands; `root` is what they hang on."""

from server.cli import config, contract, data, keys, new_operation, serve, tables
from server.cli.root import main

__all__ = ["config", "contract", "data", "keys", "main", "new_operation", "serve", "tables"]
