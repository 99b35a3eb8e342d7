"""The CPU time of other processes."""

import os
from pathlib import Path


def cpu_seconds(pid: int) -> float:
    """Return the CPU time, user and system, of a process so far; 0 where there is no `/proc`."""
    statistics = Path(f"/proc/{pid}/stat")
    if not statistics.exists():
        return 0.0
    # After the name, which may hold spaces, the 12th and 13th fields are user and system time.
    user, system = statistics.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
