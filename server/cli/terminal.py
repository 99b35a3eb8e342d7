"""The console that Rich prints on."""

from rich.console import Console


def console(*, stderr: bool = False, width: int | None = None) -> Console:
    """Return a console that prints what people named as it is: a name may look like markup."""
    return Console(stderr=stderr, width=width, soft_wrap=True, markup=False, highlight=False, emoji=False)
