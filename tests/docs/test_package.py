"""What is installed is complete, and who installs one thing gets that thing and what it needs."""

import re
import zipfile
from collections.abc import Iterable
from importlib.metadata import Distribution, PathDistribution, distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.docs.running import Ran, python
from tests.serving import ROOT

NAME = "access-profiles"
POSTGRESQL = "postgresql://somebody@127.0.0.1/profiles"
PACKAGES = ("conformance", "domain", "handlers", "server", "store")
FOREIGN = {
    "server": {"hypothesis", "psycopg", "psycopg-binary", "pytest", "schemathesis"},
    "conformance": {"alembic", "connexion", "flask", "psycopg", "sqlalchemy", "starlette", "uvicorn"},
    "postgresql": {"hypothesis", "pytest", "schemathesis"},
    "store-suite": {"psycopg", "schemathesis"},
}
"""What an extra must not bring."""

LOCKS = {
    "requirements.txt": "server",
    "requirements-conformance.txt": "conformance",
    "requirements-dev.txt": "all",
}
"""Which extra each lock holds, with all that it brings."""

LOCKED = re.compile(
    r"([\w.-]+==\S+)(?: ; [^\\\n]+)? \\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n)+(?: +#.*\n)*"
)
"""A requirement of one version, with its hashes, and for whom it is there."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    python("-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder))
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Distribution:
    """Give what the wheel says of itself, as an installer reads it."""
    return PathDistribution(zipfile.Path(wheel, f"{'-'.join(wheel.name.split('-')[:2])}.dist-info/"))


def _brought(metadata: Distribution, *extras: str) -> set[str]:
    """Return the distributions that come with these extras, with what those need, as installed here."""
    brought: set[tuple[str, str]] = set()
    waiting = [(NAME, extra) for extra in ("", *extras)]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in brought:
            continue
        brought.add((name, extra))
        needed = (metadata if name == NAME else distribution(name)).requires or ()
        for requirement in map(Requirement, needed):
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                waiting += [(canonicalize_name(requirement.name), own) for own in ("", *requirement.extras)]
    return {name for name, _ in brought} - {NAME}


def _modules(distributions: Iterable[str]) -> set[str]:
    """Return the modules at the top that come with nothing but these distributions."""
    among = set(distributions)
    return {
        module
        for module, homes in packages_distributions().items()
        if {canonicalize_name(home) for home in homes} <= among
    }


def _without(modules: Iterable[str], *arguments: str, code: int = 0) -> Ran:
    return python("-m", "tests.docs.absent", ",".join(sorted(modules)), *arguments, timeout=60, code=code)


def test_the_wheel_holds_the_contract_the_pages_the_scripts_and_the_company(wheel: Path) -> None:
    contract = (ROOT / "openapi.yaml").read_bytes()

    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        assert archive.read("server/openapi.yaml") == contract
        assert archive.read("conformance/openapi.yaml") == contract

    needed = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert needed - names == set()
    assert not [name for name in names if name.startswith(("tests/", "bench/"))]


@pytest.mark.parametrize("extra", FOREIGN)
def test_an_extra_brings_nothing_foreign(extra: str, metadata: Distribution) -> None:
    brought = _brought(metadata, extra)

    assert brought > _brought(metadata), "the extra brings nothing"
    assert brought & FOREIGN[extra] == set()


def test_all_is_everything(metadata: Distribution) -> None:
    extras = set(metadata.metadata.get_all("Provides-Extra") or ())

    assert extras == {"all", *FOREIGN}
    assert _brought(metadata, "all") == _brought(metadata, *FOREIGN)


def test_the_server_alone_is_enough_to_serve(metadata: Distribution) -> None:
    absent = _modules(_brought(metadata, "all") - _brought(metadata, "server"))
    assert {"hypothesis", "psycopg", "pytest", "schemathesis"} <= absent

    # The last is imported by Alembic, which has given it a database.
    without = "store.testsuite,store.postgresql,store.migrations.env"
    imported = _without(absent, "tests.docs.importing", "domain,handlers,server,store", without)
    listed = _without(absent, "server", "config", "show")
    compared = _without(absent, "server", "contract", "diff", "openapi.yaml", "openapi.yaml")

    assert (imported.stderr, listed.stderr) == ("", "")
    assert compared.stdout == "No changes. Nothing breaks.\n"


def test_the_suite_alone_is_enough_to_check(metadata: Distribution) -> None:
    absent = _modules(_brought(metadata, "all") - _brought(metadata, "conformance"))
    assert {"connexion", "flask", "sqlalchemy", "starlette", "uvicorn"} <= absent

    without = "conformance.fuzz.hooks"  # Schemathesis imports them, with their settings
    for command in (
        ["tests.docs.importing", "conformance", without],
        ["conformance", "list"],
        ["conformance", "explain", "AP-GET-001"],
    ):
        assert _without(absent, *command).stderr == ""


@pytest.mark.parametrize(
    ("absent", "command", "extra"),
    [
        ("msgspec,connexion,sqlalchemy", "server --help", "server"),
        ("connexion", "server --store memory: serve", "server"),
        ("psycopg", f"server --store {POSTGRESQL} migrate", "postgresql"),
        ("psycopg", f"server --store {POSTGRESQL} serve --workers 2", "postgresql"),
        ("hypothesis,schemathesis", "conformance check http://127.0.0.1:1", "conformance"),
    ],
)
def test_a_command_names_the_extra_that_it_lacks(absent: str, command: str, extra: str) -> None:
    first, *others = absent.split(",")
    ended = _without([first, *others], *command.split(), code=2)

    told = f'{first} is not installed: pip install "access-profiles[{extra}]"\n'
    assert (ended.stdout, ended.stderr) == ("", told)


@pytest.mark.parametrize("absent", ["hypothesis", "pytest"])
def test_the_suite_for_stores_names_its_extra(absent: str) -> None:
    ended = _without([absent], "tests.docs.importing", "store.testsuite", "", code=1)

    told = f'{absent} is not installed: pip install "access-profiles[store-suite]"'
    assert ended.stderr.splitlines()[-1] == f"ModuleNotFoundError: {told}"


def test_what_is_missing_of_this_project_is_no_missing_extra() -> None:
    ended = _without(["handlers"], "server", "--store", "memory:", "serve", code=1)

    assert ended.stderr.endswith("ModuleNotFoundError: No module named 'handlers'\n")


def test_locks_are_of_versions_and_hashes_and_name_no_host() -> None:
    for lock in ROOT.glob("requirements*.txt"):
        text = lock.read_text(encoding="utf-8")
        assert LOCKED.sub("", text) == "", lock.name
        assert "://" not in text, lock.name


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_its_extra_and_what_builds(lock: str, metadata: Distribution) -> None:
    pins = LOCKED.findall((ROOT / lock).read_text(encoding="utf-8"))
    names = {canonicalize_name(pin.partition("==")[0]) for pin in pins}

    assert _brought(metadata, LOCKS[lock]) | {"editables", "hatchling"} <= names
    assert names & FOREIGN.get(LOCKS[lock], set()) == set()
    assert set(pins) <= set(LOCKED.findall((ROOT / "requirements-dev.txt").read_text(encoding="utf-8")))


def test_the_tests_install_no_peer_of_the_benchmark() -> None:
    pins = LOCKED.findall((ROOT / "requirements-dev.txt").read_text(encoding="utf-8"))

    assert {pin.partition("==")[0] for pin in pins} & {"fastapi", "litestar", "psycopg-pool"} == set()
