"""The configuration folder of the demo: a Home Assistant that is past its welcome pages and trusts this machine."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

_CONFIGURATION = """\
# Written by script/demo once; yours to change.
homeassistant:
  auth_providers:
    # Whoever sits at this machine is let in; nobody else can log in at all.
    - type: trusted_networks
      trusted_networks:
        - 127.0.0.1
        - ::1
      allow_bypass_login: true

config:
energy:
frontend:
history:
logbook:
my:
recorder:
sun:

logger:
  default: warning
  logs:
    # Parts of Home Assistant that the demo has no use for look for programs and libraries that need not be here.
    haffmpeg: critical
    homeassistant.components.camera.img_util: critical
    custom_components.smart_charge_point: info

automation: !include automations.yaml
"""

_HOME = {
    "latitude": 51.4779,
    "longitude": -0.0015,
    "elevation": 45,
    "unit_system_v2": "metric",
    "location_name": "Demo home",
    "time_zone": "Europe/London",
    "external_url": None,
    "internal_url": None,
    "currency": "GBP",
    "country": "GB",
    "language": "en",
    "radius": 100,
}


def prepare(folder: Path, component: Path, port: int, more: str = "") -> None:
    """Make `folder` a configuration that Home Assistant starts from, or leave one that stands as it is.

    `component` is linked in, so that what runs is what is being worked on. `port` is where the pages are served, `more`
    what else stands in configuration.yaml.
    """
    storage = folder / ".storage"
    storage.mkdir(parents=True, exist_ok=True)
    (folder / "custom_components").mkdir(exist_ok=True)
    link = folder / "custom_components" / component.name
    if not link.is_symlink() or link.resolve() != component.resolve():
        link.unlink(missing_ok=True)
        link.symlink_to(component)
    if not (folder / "configuration.yaml").exists():
        (folder / "configuration.yaml").write_text(
            _CONFIGURATION + more, encoding="utf-8"
        )
        (folder / "automations.yaml").write_text("[]\n", encoding="utf-8")
    if not (storage / "auth").exists():
        _store(storage, "core.config", 1, _HOME, minor_version=4)
        _store(
            storage,
            "onboarding",
            4,
            {"done": ["user", "core_config", "analytics", "integration"]},
        )
        _store(storage, "auth", 1, _owner())
    _set_port(storage / "http", port)


def _owner() -> dict[str, Any]:
    """The one user: the owner, known by nothing but sitting at this machine."""
    user = uuid4().hex
    return {
        "users": [
            {
                "id": user,
                "group_ids": ["system-admin"],
                "is_owner": True,
                "is_active": True,
                "name": "Owner",
                "system_generated": False,
                "local_only": True,
            }
        ],
        "groups": [
            {"id": "system-admin", "name": "Administrators"},
            {"id": "system-users", "name": "Users"},
            {"id": "system-read-only", "name": "Read Only"},
        ],
        "credentials": [
            {
                "id": uuid4().hex,
                "user_id": user,
                "auth_provider_type": "trusted_networks",
                "auth_provider_id": None,
                "data": {"user_id": user},
            }
        ],
        "refresh_tokens": [],
    }


def _set_port(path: Path, port: int) -> None:
    """Home Assistant keeps its port in its own store from the first start on; before that, SETUP_PORT says it."""
    if not path.exists():
        return
    stored = json.loads(path.read_text(encoding="utf-8"))
    stored["data"]["stable"]["server_port"] = port
    stored["data"]["pending"] = None
    path.write_text(json.dumps(stored, indent=2), encoding="utf-8")


def _store(
    storage: Path,
    key: str,
    version: int,
    data: dict[str, Any],
    *,
    minor_version: int = 1,
) -> None:
    content = {
        "version": version,
        "minor_version": minor_version,
        "key": key,
        "data": data,
    }
    path = storage / key
    path.write_text(json.dumps(content, indent=2), encoding="utf-8")
    path.chmod(0o600)
