"""The supplier: which tariff and which sources of demand-side response the owner uses, and that a change is kept.

Source: SI 2021/1467 reg. 6; requirements.md A6.1 and section 5.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from homeassistant.util import dt as dt_util

from ..model.result import SupplierChanged
from ..records.ledger import Ledger
from .capability_report import Finding, RestsOn
from .controller import Controller
from .results import keep_result
from .site_settings import CONF_DSR_PROVIDERS, CONF_DSR_SOURCES
from .tariff.settings import TariffSettings

SEEN_TO = frozenset({RestsOn.WALLBOX, RestsOn.HOME_ASSISTANT})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Supplier:
    tariff: TariffSettings
    providers: frozenset[str]
    # A server's secret is in it, which no log may show.
    sources: Mapping[str, Any] = field(repr=False)


class SupplierWatch:
    """Sees that the owner changed the tariff, or who may ask for demand-side response."""

    def __init__(self, ledger: Ledger) -> None:
        """Keep the changes in `ledger`."""
        self._ledger = ledger
        self._supplier: _Supplier | None = None
        """None before the first look."""

    def look(
        self, options: Mapping[str, Any], controllers: Iterable[Controller]
    ) -> None:
        """Take the options before anything follows them; what was seen to at each wallbox until now is kept with a change."""
        before = self._supplier
        now = self._supplier = _Supplier(
            tariff=TariffSettings.of(options),
            providers=frozenset(options.get(CONF_DSR_PROVIDERS, ())),
            sources=dict(options.get(CONF_DSR_SOURCES, {})),
        )
        if before is None or before == now:
            return
        for controller in controllers:
            keep_result(
                self._ledger,
                SupplierChanged(
                    at=dt_util.utcnow(),
                    charge_point=controller.identity,
                    tariff=now.tariff != before.tariff,
                    dsr=(now.providers, now.sources)
                    != (before.providers, before.sources),
                    functions=functions_of(controller.capability_report()),
                ),
            )


def functions_of(report: Iterable[Finding]) -> dict[str, str]:
    """Return what somebody sees to, and who."""
    return {
        finding.ability.value: finding.rests_on.value
        for finding in report
        if finding.rests_on in SEEN_TO
    }
