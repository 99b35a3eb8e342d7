"""Run Python with less than its user may have: `python -m tests.limited [OPTION]... ARGUMENT...`.

    --largest-file=BYTES   no file may grow beyond this: writes fail as if the disk had no space
    --obey-permissions     read-only files and folders bind root, too

Everything after the options goes to the Python that is started.
"""

import ctypes
import os
import resource
import sys

_PR_CAPBSET_DROP = 24
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2


def _obey_permissions() -> None:
    """Give up the privilege to pass over permissions; only root has it."""
    if os.geteuid() != 0:
        return
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH):
        if libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "the privilege cannot be given up")


def main(arguments: list[str]) -> None:
    """Apply the options, and become the Python that runs the rest."""
    while arguments and arguments[0].startswith("--"):
        option, _, value = arguments.pop(0).partition("=")
        if option == "--largest-file":
            resource.setrlimit(resource.RLIMIT_FSIZE, (int(value), resource.RLIM_INFINITY))
        elif option == "--obey-permissions":
            _obey_permissions()
        else:
            raise SystemExit(f"There is no option {option}.")
    os.execv(sys.executable, [sys.executable, *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])
