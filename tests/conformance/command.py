"""The command `conformance`, in the tests' own process."""

from dataclasses import dataclass

import pytest

from conformance import cli
from conformance.run.verdict import ExitCode


@dataclass(frozen=True, slots=True)
class Said:
    """What a command wrote to its standard output and to its standard error."""

    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


class Command:
    """Runs the command. One that ends with another exit code than is expected fails the test."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: object, code: ExitCode = ExitCode.CONFORMS) -> Said:
        ended = cli.run([str(argument) for argument in arguments])
        said = Said(*self._capsys.readouterr())
        assert ended == code, said.text
        return said
