"""The command line: `access-profiles backup`, `restore`, `export` and `import`."""

import gzip
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.cli import main
from store.registry import open_store
from store.testsuite.samples import add_profiles, names_of
from tests.server.running import Run
from tests.serving import ROOT
from tests.store.sql.plans import EVERYTHING, carry_out
from tests.store.transfer.exports import exported

COUNTS = (
    "role: 2, group: 2, user: 2, access profile: 1, version: 1, attachment: 2, copy: 2, virtual key: 1, "
    "API key: 2, audit log: 2.\n"
)


@pytest.fixture
def filled(migrated: Run, url: str) -> Run:
    """Run a command on a store with something of every kind."""
    with closing(open_store(url)) as store:
        carry_out(store, EVERYTHING)
    return migrated


def content(url: str) -> bytes:
    """Return all that a store keeps."""
    with closing(open_store(url)) as store:
        return exported(store)


def test_a_backup_is_told_on_standard_error(filled: Run, tmp_path: Path) -> None:
    result = filled("backup", str(tmp_path / "b.db"))

    assert (result.exit_code, result.stdout) == (0, "")
    assert re.fullmatch(r"Backed up to \S+b\.db: [\d,]+ octets, revision \d+, checked\.\n", result.stderr)


def test_a_backup_asks_for_force(filled: Run, tmp_path: Path) -> None:
    (tmp_path / "b.db").touch()

    refused = filled("backup", str(tmp_path / "b.db"))
    forced = filled("backup", str(tmp_path / "b.db"), "--force")

    assert refused.exit_code == 1
    assert "replace it with --force" in refused.stderr
    assert forced.exit_code == 0


def test_a_restore_tells_where_the_old_store_is(filled: Run, url: str, tmp_path: Path) -> None:
    before = content(url)
    filled("backup", str(tmp_path / "b.db"))
    with closing(open_store(url)) as store:
        add_profiles(store, ["after"])

    result = filled("restore", str(tmp_path / "b.db"))

    assert (result.exit_code, result.stdout) == (0, "")
    assert "To bring its tables up: access-profiles migrate\n" in result.stderr
    found = re.search(r"The store that was replaced is kept as (\S+)\n", result.stderr)
    assert found
    assert content(url) == before
    with closing(open_store(f"sqlite:///{found[1]}")) as store:
        assert names_of(store) == ["Analyst", "after"]


@pytest.mark.parametrize(
    ("store", "told"),
    [("memory:", "export FILE"), ("postgresql://me@host/db", "pg_dump"), ("sqlite://", "file")],
)
def test_a_store_that_is_no_file_is_refused_in_a_sentence(
    run: Run, tmp_path: Path, store: str, told: str
) -> None:
    (tmp_path / "b.db").touch()

    for command in (("backup", str(tmp_path / "c.db")), ("restore", str(tmp_path / "b.db"))):
        result = run(*command, store=store)

        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr.startswith("Error: ")
        assert told in result.stderr


@pytest.mark.parametrize("command", ["restore", "import"])
def test_a_file_that_is_not_there_is_a_wrong_argument(migrated: Run, command: str) -> None:
    assert migrated(command, "nowhere").exit_code == 2


def test_an_export_goes_to_a_file_and_into_another_store(filled: Run, url: str, tmp_path: Path) -> None:
    file, other = tmp_path / "e.jsonl", f"sqlite:///{tmp_path / 'other.db'}"

    out = filled("export", str(file))
    assert filled("migrate", store=other).exit_code == 0
    back = filled("import", str(file), store=other)

    assert (out.exit_code, out.stdout, out.stderr) == (0, "", f"Exported {COUNTS}")
    assert (back.exit_code, back.stdout, back.stderr) == (0, "", f"Imported {COUNTS}")
    assert content(other) == content(url)


def test_an_export_asks_for_force(filled: Run, tmp_path: Path) -> None:
    file = tmp_path / "e.jsonl"
    file.write_text("precious")

    refused = filled("export", str(file))

    assert refused.exit_code == 1
    assert file.read_text() == "precious"
    assert filled("export", str(file), "--force").exit_code == 0


@pytest.mark.parametrize("arguments", [(), ("-",)])
def test_an_export_goes_through_a_pipe(
    filled: Run, url: str, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    other = f"sqlite:///{tmp_path / 'other.db'}"
    filled("migrate", store=other)
    command = [sys.executable, "-m", "server.cli", "--store"]

    out = subprocess.run([*command, url, "export", *arguments], cwd=ROOT, capture_output=True, check=True)
    squeezed = gzip.decompress(gzip.compress(out.stdout))
    back = subprocess.run(
        [*command, other, "import", "-"], cwd=ROOT, input=squeezed, capture_output=True, check=True
    )

    assert (out.stderr.decode(), back.stderr.decode()) == (f"Exported {COUNTS}", f"Imported {COUNTS}")
    assert content(other) == content(url)


def test_what_cannot_be_imported_changes_nothing(filled: Run, url: str, tmp_path: Path) -> None:
    file, other = tmp_path / "e.jsonl", f"sqlite:///{tmp_path / 'other.db'}"
    filled("export", str(file))
    filled("migrate", store=other)
    empty = content(other)
    with file.open("r+b") as lines:
        lines.truncate(file.stat().st_size - 400)

    cut = filled("import", str(file), store=other)
    twice = filled("import", str(file))

    assert (cut.exit_code, cut.stdout) == (1, "")
    assert cut.stderr.startswith("Error: The file was cut off: ")
    assert content(other) == empty
    assert (twice.exit_code, twice.stdout) == (1, "")
    assert "Error: The store is not empty: it has at least one role." in twice.stderr


@pytest.mark.parametrize("command", ["export", "import"])
def test_tables_at_another_revision_are_refused(run: Run, tmp_path: Path, command: str) -> None:
    (tmp_path / "e.jsonl").touch()

    result = run(command, str(tmp_path / "e.jsonl"))

    assert (result.exit_code, result.stdout) == (1, "")
    assert "Run: access-profiles migrate" in result.stderr


@pytest.mark.parametrize("command", ["backup", "restore", "export", "import", "migrate"])
def test_help_shows_an_example(command: str) -> None:
    for flag in ("--help", "-h"):
        result = CliRunner().invoke(main, [command, flag])

        assert result.exit_code == 0
        assert re.search(rf"^  .*access-profiles .*{command}", result.output, re.MULTILINE)
