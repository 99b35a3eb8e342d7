"""The store on one SQLite file: group commit, a watch for other processes' commits, backup and restore."""
