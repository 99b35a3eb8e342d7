"""`conformance.toml`: what it may say, and the sentence for each thing that it may not."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.cli import config
from conformance.cli.config import Config, ConfigError, RunSettings, TargetSettings
from conformance.cli.credentials import OptionError, SecretOptions
from conformance.cli.options import TargetOptions, chosen_from
from conformance.contract import document
from conformance.contract.document import Contract
from conformance.http.target import Target
from conformance.run.verdict import ExitCode
from tests.conformance.command import Command
from tests.conformance.hostile.proxies import AUTHORITY
from tests.foreign.troubles.serving import prepared

ENVIRONMENT = {"ADMIN": "bfst-admin", "VIEWER": "bfst-viewer", "ROLES": "bfst-roles", "TOKEN": "t0ken"}
CONTRACT = document.load()

WHOLE = """
[target]
url = "https://gateway/eu"
label = "staging"
prefix_in_url = true
headers = { X-Token = "Token ${TOKEN}" }
ca_file = "ca.pem"
verify = false
timeout = 2
rate = 7.5
parallel = 4

[keys]
admin = "${ADMIN}"
"scope:Roles:View" = "${ROLES}"

[run]
mode = "quick"
profiles = ["core", "http"]
only = ["AP-*"]
seed = 3
budget = 20
strict = true
read_only = true
expect = "known.toml"
"""


def _load(folder: Path, text: str) -> Config:
    file = folder / "conformance.toml"
    file.write_text(text)
    return config.load(file, ENVIRONMENT)


Asked = tuple[TargetOptions, SecretOptions]


def _asked(url: str | None = None, key: str | None = None, **more: Any) -> Asked:
    secrets = {name: more.pop(name) for name in SecretOptions.__slots__ if name in more}
    return TargetOptions(url, **more), SecretOptions(key, **secrets)


def _target(asked: Asked, settings: Config | None = None, contract: Contract = CONTRACT) -> Target:
    return chosen_from(*asked, settings or Config(), contract, ENVIRONMENT).target


def test_everything_that_a_file_can_say_is_read(tmp_path: Path) -> None:
    read = _load(tmp_path, WHOLE)

    assert read.target == TargetSettings(
        url="https://gateway/eu",
        label="staging",
        prefix_in_url=True,
        headers={"X-Token": "Token t0ken"},
        ca_file=tmp_path / "ca.pem",
        verify=False,
        timeout=2.0,
        rate=7.5,
        parallel=4,
    )
    assert read.keys == {"admin": "ADMIN", "scope:Roles:View": "ROLES"}
    assert read.run == RunSettings(
        mode="quick",
        profiles=("core", "http"),
        only=("AP-*",),
        seed=3,
        budget=20.0,
        strict=True,
        read_only=True,
        expect=tmp_path / "known.toml",
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[target", "is no TOML"),
        ("[traget]", "traget is not known. Did you mean target?"),
        ("[target]\nca-file = 'x'", "target.ca-file is not known. Did you mean ca_file?"),
        ("[run]\nzzz = 1", "run.zzz is not known. There are: mode, profiles, only"),
        ("target = 1", "target has to be a table, not 1."),
        ("[target]\nurl = 1", "target.url has to be a text, not 1."),
        ("[target]\nurl = '${NONE}'", "target.url names the environment variable NONE, which is not set."),
        ("[target]\nverify = 'no'", "target.verify has to be true or false, not 'no'."),
        ("[target]\ntimeout = 0", "target.timeout has to be a number above 0, not 0."),
        ("[target]\nrate = true", "target.rate has to be a number above 0, not True."),
        ("[target]\nrate = inf", "target.rate has to be a number above 0, not inf."),
        ("[target]\nparallel = 0", "target.parallel has to be a whole number from 1 on, not 0."),
        ("[target]\nheaders = { 'a b' = 'x' }", "target.headers: 'a b' is no name of a header."),
        ('[target]\nheaders = { a = "x\\n" }', "target.headers.a holds characters that no header can."),
        ("[run]\nmode = 'fast'", "run.mode has to be one of quick, standard, certify, not 'fast'."),
        ("[run]\nprofiles = 'core'", "run.profiles has to be a list of texts, not 'core'."),
        ("[run]\nonly = ['a', 1]", "run.only[1] has to be a text, not 1."),
        ("[run]\nseed = -1", "run.seed has to be a whole number from 0 on, not -1."),
    ],
)
def test_what_a_file_may_not_say_is_named_with_its_place(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(sentence)) as caught:
        _load(tmp_path, text)

    assert str(tmp_path / "conformance.toml") in str(caught.value)


def test_a_key_in_the_file_itself_is_refused_and_not_shown(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="holds a key itself") as caught:
        _load(tmp_path, "[keys]\nadmin = 'bfst-secret'")

    assert "bfst-secret" not in str(caught.value)
    assert "environment variable" in str(caught.value)


def test_the_command_line_wins_over_the_file(tmp_path: Path) -> None:
    settings = _load(tmp_path, WHOLE.replace("ca.pem", str(AUTHORITY)))
    from_file = _target(_asked(), settings)
    asked = _asked("http://h/api", "bfst-other", role_keys=("expired=env:VIEWER",), timeout=9, rate=1)
    from_line = _target(asked, settings)

    assert from_file == Target(
        "https://gateway/eu",
        {"admin": "bfst-admin", "scope:Roles:View": "bfst-roles"},
        2.0,
        (("X-Token", "Token t0ken"),),
        AUTHORITY,
        verify=False,
        rate=7.5,
        read_only=True,
    )
    assert (from_line.root, from_line.timeout, from_line.rate) == ("http://h", 9, 1)
    assert from_line.keys == {
        "admin": "bfst-other",
        "expired": "bfst-viewer",
        "scope:Roles:View": "bfst-roles",
    }


def test_a_prefix_that_looks_like_the_contracts_own_path_is_kept_when_the_file_says_so() -> None:
    settings = Config(target=TargetSettings(url="http://h/api"))
    kept = Config(target=TargetSettings(url="http://h/api", prefix_in_url=True))

    assert _target(_asked(key="k"), settings).root == "http://h"
    assert _target(_asked(key="k"), kept).root == "http://h/api"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (_asked(key="k"), "A URL is needed."),
        (_asked("http://h"), "An API key is needed."),
        (_asked("http://h", "k", role_keys=("expired",)), "--role-key takes ROLE=KEY"),
        (_asked("http://h", "k", role_keys=("expierd=x",)), "'expierd'. Did you mean expired?"),
        (_asked("http://h", "k", role_keys=("scope:Roles:Veiw=x",)), "Did you mean scope:Roles:View?"),
        (_asked("http://h", "k", role_keys=("zzz=x",)), "There are: admin, viewer, expired, revoked"),
        (_asked("http://h", "k", role_keys=("expired=",)), "--role-key expired is no API key"),
        (_asked("https://h", "k", ca_file=Path("README.md")), "README.md holds no certificates"),
        (_asked("https://h", "k", ca_file=Path("none.pem")), "none.pem holds no certificates"),
        (
            _asked("http://h", "k", role_keys=("expired=env:NONE",)),
            "--role-key expired names the environment variable NONE",
        ),
    ],
)
def test_options_that_cannot_be_used_are_refused_with_what_to_do(options: Asked, sentence: str) -> None:
    with pytest.raises((OptionError, ConfigError), match=re.escape(sentence)):
        _target(options)


def test_init_writes_a_file_that_can_be_used_and_never_writes_over_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "conformance.toml"

    assert command("init").out.endswith("then run: conformance check\n")
    first = file.read_text()
    read = config.load(file, {})
    assert read.target.url == "http://127.0.0.1:8080"
    assert read.keys == {"admin": "CONFORMANCE_KEY"}
    assert "is there already" in command("init", code=ExitCode.USAGE).err
    assert file.read_text() == first
    assert command("init", "my own.toml").out.endswith("run: conformance check --config 'my own.toml'\n")


def test_every_setting_that_the_file_of_init_shows_is_a_right_one(tmp_path: Path, command: Command) -> None:
    command("init", tmp_path / "new.toml")
    shown = (tmp_path / "new.toml").read_text().splitlines()
    settings = [line.removeprefix("# ") for line in shown if " = " in line or line.startswith("[")]
    (tmp_path / "all.toml").write_text("\n".join(settings))

    read = config.load(tmp_path / "all.toml", {"GATEWAY_TOKEN": "x", "PROXY_URL": "http://proxy"})
    assert None not in [getattr(read.target, name) for name in TargetSettings.__slots__]
    assert None not in [getattr(read.run, name) for name in RunSettings.__slots__]
    assert set(read.keys) == {"admin", "viewer", "expired", "revoked", "scope:Roles:View"}
    shown_credentials = {"admin": {"basicAuth": "USER_AND_PASSWORD"}, "reader": {"apiKey": "READER_KEY"}}
    assert read.credentials == shown_credentials


def test_a_file_that_is_wrong_is_2(tmp_path: Path, command: Command) -> None:
    (tmp_path / "c.toml").write_text("[target]\nulr = 'http://h'")

    told = command("check", "--config", tmp_path / "c.toml", "--key", "k", code=ExitCode.USAGE).err
    assert "target.ulr is not known. Did you mean url?" in told


@pytest.fixture(scope="module")
def locks() -> Iterator[Contract]:
    with prepared("locks") as ready:
        yield document.load(ready.contract)


def _held(target: Target, role: str = "admin") -> dict[str, list[str]]:
    return {name: [*credential.secrets] for name, credential in target.credentials.get(role, {}).items()}


def test_credentials_come_from_the_command_line_and_from_the_file(tmp_path: Path, locks: Contract) -> None:
    settings = _load(
        tmp_path,
        "[credentials.admin]\ntoken = '${TOKEN}'\nqueryKey = '${ADMIN}'\n"
        "[credentials.reader]\ntoken = '${VIEWER}'\n",
    )
    given = ("token=env:ROLES", "password=me:a:b", "reader:headerKey=h")
    target = _target(_asked("http://h", credentials=given), settings, locks)

    assert _held(target)["token"] == ["bfst-roles"]
    assert _held(target)["queryKey"] == ["bfst-admin"]
    assert _held(target)["password"][1:] == ["me:a:b", "a:b"]
    assert _held(target, "reader") == {"token": ["bfst-viewer"], "headerKey": ["h"]}


def test_a_key_is_for_the_first_scheme_that_it_fits(locks: Contract) -> None:
    assert _held(_target(_asked("http://h", "k"), contract=locks)) == {"token": ["k"]}
    # A contract that knows bearers alone needs no choice.
    assert _target(_asked("http://h", "k")).credentials == {}


def test_what_nothing_was_given_for_is_told_in_a_sentence(locks: Contract) -> None:
    def notes(*given: str) -> tuple[str, ...]:
        asked = _asked("http://h", credentials=given)
        return chosen_from(*asked, Config(), locks, ENVIRONMENT).notes

    [none] = notes()
    assert none.startswith("Nothing was given for token, password, headerKey and 2 more, and openByToken, ")
    [some] = notes("token=t", "headerKey=h", "queryKey=q", "cookieKey=c")
    assert some == (
        "Nothing was given for password, and openByPassword may refuse to answer: give it with "
        "--credential password=USER:PASSWORD."
    )
    assert notes("token=t", "headerKey=h", "queryKey=q", "cookieKey=c", "password=a:b") == ()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("token", "--credential takes [ROLE:]SCHEME=VALUE"),
        ("tokn=x", "--credential tokn: the contract has no security scheme 'tokn'. There are: token, "),
        ("password=x", "--credential password is no credential of password: for HTTP Basic it has to be"),
        ("cookieKey=a b", "--credential cookieKey is no credential of cookieKey: it holds characters"),
    ],
)
def test_credentials_that_cannot_be_used_are_refused(locks: Contract, given: str, sentence: str) -> None:
    with pytest.raises(OptionError, match=re.escape(sentence)):
        _target(_asked("http://h", credentials=(given,)), contract=locks)


def test_where_paths_begin_is_what_the_contract_says_or_what_is_said_of_it(tmp_path: Path) -> None:
    with prepared("servers-elsewhere") as ready:
        stated = document.load(ready.contract)

    def chosen(url: str, base: str | None = None) -> tuple[str, tuple[str, ...]]:
        found = chosen_from(*_asked(url, base=base), Config(), stated, {})
        return found.target.root, found.contract.servers

    assert chosen("http://h") == ("http://h", ("/api/v1",))
    assert chosen("http://h/api/v1/") == ("http://h", ("/api/v1",))
    assert chosen("http://h/x", "v2/") == ("http://h/x", ("/v2",))
    assert chosen("http://h/api/v1", "") == ("http://h/api/v1", ("",))
