"""The process around the app: settings, logs, the clock, sockets and workers."""
