"""What takes from a process a part of what its user may do."""

import ctypes
import os
import resource

_VERSION = 0x20080522
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2


def limit_files(octets: int) -> None:
    """Let no file grow beyond this: writes fail as if the disk had no space."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, resource.RLIM_INFINITY))


def limit_open_files(number: int) -> None:
    """Let no more files and sockets be open."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (number, number))


def obey_permissions() -> None:
    """Give up the privilege to pass over permissions: read-only files and folders bind root, too."""
    if os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(_VERSION, 0)
    # What is effective, permitted and inherited, of the first 32 privileges and of the others.
    sets = (ctypes.c_uint32 * 6)()
    libc.capget(header, sets)
    for place in range(3):
        sets[place] &= ~(1 << _CAP_DAC_OVERRIDE | 1 << _CAP_DAC_READ_SEARCH)
    if libc.capset(header, sets) != 0:
        raise OSError(ctypes.get_errno(), "the privileges cannot be given up")
