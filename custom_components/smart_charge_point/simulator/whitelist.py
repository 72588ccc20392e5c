"""Whom the wallbox knows without asking: the local list and the cache (OCPP 1.6 section 3.5)."""

from typing import Any

from .configuration import Configuration

ACCEPTED = "Accepted"


class Whitelist:
    """The local authorisation list and the authorisation cache. Both outlive power cuts."""

    def __init__(self, configuration: Configuration) -> None:
        """Know nobody."""
        self._configuration = configuration
        self.version = 0
        self.local: dict[str, dict[str, Any]] = {}
        self.cache: dict[str, dict[str, Any]] = {}

    def remember(self, tag: str, info: dict[str, Any]) -> None:
        """Put what the central system said about a tag in the cache."""
        if (
            self._configuration.flag("AuthorizationCacheEnabled")
            and tag not in self.local
        ):
            self.cache[tag] = info

    def info(self, tag: str) -> dict[str, Any] | None:
        """Return what is known about a tag; the local list goes before the cache."""
        if self._configuration.flag("LocalAuthListEnabled") and tag in self.local:
            return self.local[tag]
        if self._configuration.flag("AuthorizationCacheEnabled"):
            return self.cache.get(tag)
        return None

    def accepts_offline(self, tag: str) -> bool:
        """Return whether a tag may charge while the central system cannot be asked."""
        info = (
            self.info(tag)
            if self._configuration.flag("LocalAuthorizeOffline")
            else None
        )
        if info is not None:
            return info.get("status") == ACCEPTED
        return self._configuration.flag("AllowOfflineTxForUnknownId")

    def accepts_beforehand(self, tag: str) -> bool:
        """Return whether a tag may charge without asking the central system, although it could be asked."""
        if not self._configuration.flag("LocalPreAuthorize"):
            return False
        info = self.info(tag)
        return info is not None and info.get("status") == ACCEPTED

    def update(
        self, version: int, entries: list[dict[str, Any]], *, full: bool
    ) -> None:
        """Replace or amend the local list; an entry without idTagInfo is taken off."""
        if full:
            self.local.clear()
        for entry in entries:
            if "idTagInfo" in entry:
                self.local[entry["idTag"]] = entry["idTagInfo"]
            else:
                self.local.pop(entry["idTag"], None)
        self.version = version
