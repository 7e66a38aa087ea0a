"""Settings come from four places, in order, and what is wrong with them is said in one sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from folkmoot import settings as settings_module
from folkmoot.errors import Invalid
from folkmoot.settings import KEYS, MASK, Server, Settings, load, show


def file(folder: Path, text: str) -> Path:
    path = folder / "folkmoot.toml"
    path.write_text(text, "utf-8")
    return path


def test_without_anything_every_key_has_its_default() -> None:
    settings, places = load()
    assert settings == Settings()
    assert set(places) == set(KEYS)
    assert set(places.values()) == {"default"}


def test_a_flag_beats_the_environment_beats_the_file_beats_the_default(tmp_path: Path) -> None:
    toml = file(tmp_path, "[server]\nport = 1\nworkers = 2\nhost = '::'\n")
    environ = {"FOLKMOOT_SERVER__PORT": "2", "FOLKMOOT_SERVER__WORKERS": "4"}
    settings, places = load({"server.port": 3, "server.workers": None}, environ, toml)
    assert (settings.server.port, settings.server.workers, settings.server.host) == (3, 4, "::")
    assert places["server.port"] == "flag"
    assert places["server.workers"] == "FOLKMOOT_SERVER__WORKERS"
    assert places["server.host"] == "folkmoot.toml"
    assert places["mail.port"] == "default"


def test_the_environment_holds_numbers_truths_and_lists() -> None:
    proxies = {"FOLKMOOT_SERVER__TRUSTED_PROXIES": "10.0.0.0/8, ::1"}
    settings, _ = load(None, {"FOLKMOOT_VOTES__GUESTS": "true", "FOLKMOOT_LIMITS__ENABLED": "false"} | proxies)
    assert settings.votes.guests
    assert not settings.limits.enabled
    assert settings.server.trusted_proxies == ("10.0.0.0/8", "::1")


def test_the_short_names_are_heard_and_the_long_ones_beat_them() -> None:
    assert load(None, {"FOLKMOOT_DATA": "/srv/a"})[0].database_url == "sqlite:////srv/a/folkmoot.db"
    assert load(None, {"FOLKMOOT_DATABASE": "postgresql:///a"})[0].database_url == "postgresql:///a"
    assert load(None, {"FOLKMOOT_DATA": "a", "FOLKMOOT_STORAGE__DATA": "b"})[0].storage.data == "b"


def test_other_variables_are_left_alone() -> None:
    assert load(None, {"PATH": "/bin", "FOLKMOOTISH": "1"})[0] == Settings()


@pytest.mark.parametrize(("flags", "environ", "toml", "words"), [
    ({}, {}, "[server]\nprot = 1", "server.prot in folkmoot.toml is no setting. Did you mean server.port?"),
    ({}, {}, "[sever]\nport = 1", "sever.port in folkmoot.toml is no setting. Did you mean server.port?"),
    ({}, {}, "port = 1", "folkmoot.toml has port outside any section. Did you mean server.port?"),
    ({}, {}, "[server]\nzzzz = 1", "server.zzzz in folkmoot.toml is no setting. `folkmoot config` lists them all."),
    ({}, {"FOLKMOOT_SERVER__PROT": "1"}, "", "FOLKMOOT_SERVER__PROT is no setting. Did you mean FOLKMOOT_SERVER__PORT?"),
    ({}, {"FOLKMOOT_DATABSE": "1"}, "", "FOLKMOOT_DATABSE is no setting. Did you mean FOLKMOOT_DATABASE?"),
    ({}, {"FOLKMOOT_WORKERS": "1"}, "", "FOLKMOOT_WORKERS is no setting. Did you mean FOLKMOOT_SERVER__WORKERS?"),
    ({}, {"FOLKMOOT_SERVER__PORT": "abc"}, "", "FOLKMOOT_SERVER__PORT is 'abc'. Wanted: a whole number from 1 to 65535."),
    ({"server.port": 70000}, {}, "", "The flag for server.port is 70000. Wanted: a whole number from 1 to 65535."),
    ({}, {}, "[server]\nport = '80'", "server.port in folkmoot.toml is '80'. Wanted: a whole number from 1 to 65535."),
    ({}, {}, "[votes]\nguests = 1", "votes.guests in folkmoot.toml is 1. Wanted: true or false."),
    ({}, {}, "[mail]\nsecurity = 'ssl'", "mail.security in folkmoot.toml is 'ssl'. Wanted: one of starttls, tls, none."),
    ({}, {}, "[server]\ntrusted_proxies = 1", "server.trusted_proxies in folkmoot.toml is 1. Wanted: a list of texts."),
    ({}, {}, "[server]\npublic_url = 'a.example'",
     "server.public_url in folkmoot.toml is 'a.example'. Wanted: an address like https://talk.example, without a path."),
    ({}, {}, "[mail]\npassword = 5", f"mail.password in folkmoot.toml is {MASK}. Wanted: a text."),
    ({}, {}, "[storage]\ndata = ''", "storage.data in folkmoot.toml is ''. Wanted: a text, not empty."),
])  # fmt: skip
def test_what_is_wrong_is_said_with_key_place_and_wish(
    tmp_path: Path, flags: dict[str, object], environ: dict[str, str], toml: str, words: str
) -> None:
    with pytest.raises(Invalid) as refused:
        load(flags, environ, file(tmp_path, toml))
    assert refused.value.words == words


def test_a_file_that_is_no_toml_or_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="not valid TOML: Expected"):
        load(None, None, file(tmp_path, "[server"))
    with pytest.raises(Invalid, match="cannot be read: No such file"):
        load(None, None, tmp_path / "nowhere.toml")


def test_a_secret_may_lie_in_a_file_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("sesame\n")
    settings, places = load(None, {"FOLKMOOT_MAIL__PASSWORD_FILE": str(tmp_path / "password")})
    assert settings.mail.password == "sesame"
    assert places["mail.password"] == "FOLKMOOT_MAIL__PASSWORD_FILE"
    with pytest.raises(Invalid, match="cannot be read"):
        load(None, {"FOLKMOOT_MAIL__PASSWORD_FILE": str(tmp_path / "nothing")})
    with pytest.raises(Invalid, match="is no setting"):
        load(None, {"FOLKMOOT_MAIL__HOST_FILE": str(tmp_path / "password")})


def test_secrets_are_masked_when_shown() -> None:
    url = "postgresql://moot:sesame@db.example/folkmoot"
    settings, _ = load({"mail.password": "sesame", "storage.database": url, "mail.user": "moot"})
    assert show(settings, "mail.password") == MASK
    assert show(settings, "storage.database") == f"postgresql://{MASK}@db.example/folkmoot"
    assert show(settings, "mail.user") == "moot"
    assert show(Settings(), "mail.password") == ""
    assert show(load({"storage.database": "sqlite:///a.db"})[0], "storage.database") == "sqlite:///a.db"


def test_every_key_has_a_reason_in_one_sentence() -> None:
    for key in KEYS.values():
        assert key.reason.endswith("."), key.path
        assert len(key.reason) <= 110, key.path
        assert key.variable == key.variable.upper()


def test_every_key_is_heeded_somewhere() -> None:
    code = "\n".join(file.read_text("utf-8") for file in Path(settings_module.__file__).parent.rglob("*.py") if file.name != "settings.py")
    for key in KEYS.values():
        assert re.search(rf"\.{key.name}\b", code), key.path


@pytest.mark.parametrize(
    ("server", "address"),
    [
        (Server(), "http://127.0.0.1:8080"),
        (Server(host="::1", port=8001), "http://[::1]:8001"),
        (Server(host="::1", public_url="https://talk.example"), "https://talk.example"),
    ],
)
def test_the_server_has_one_address_for_all_who_name_it(server: Server, address: str) -> None:
    assert server.address == address
