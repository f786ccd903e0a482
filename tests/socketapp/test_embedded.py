import base64
import stat
from pathlib import Path

from socketapp.embedded import kept_keys, valkey_socket


def test_an_installation_makes_its_keys_once_and_keeps_them(tmp_path: Path) -> None:
    first = kept_keys(tmp_path / "var")

    assert kept_keys(tmp_path / "var") == first
    assert len(first["secret_key"]) >= 50
    assert len(base64.urlsafe_b64decode(first["field_encryption_key"])) == 32


def test_two_installations_have_different_keys(tmp_path: Path) -> None:
    assert kept_keys(tmp_path / "north") != kept_keys(tmp_path / "vale")


def test_only_their_owner_can_read_the_keys(tmp_path: Path) -> None:
    kept_keys(tmp_path)

    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["keys.json"]


def test_the_broker_has_its_socket_in_the_folder_where_the_path_is_short_enough() -> None:
    assert valkey_socket(Path("/srv/socket/var")) == Path("/srv/socket/var/valkey.sock")


def test_in_a_deep_folder_the_broker_has_its_socket_elsewhere_and_always_in_the_same_place() -> None:
    deep = Path("/srv") / ("deep" * 30)

    assert len(str(valkey_socket(deep))) < 100
    assert valkey_socket(deep) == valkey_socket(deep) != valkey_socket(deep / "er")
