"""Fields that several forms have."""

from collections.abc import Collection

from homeassistant.const import UnitOfElectricCurrent
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
)


def choice(options: Collection[str], texts: str) -> SelectSelector:
    """Return a choice of one among few, all of them seen; `texts` is the translation key of their names."""
    return SelectSelector(
        SelectSelectorConfig(
            options=list(options), mode=SelectSelectorMode.LIST, translation_key=texts
        )
    )


def amperes(least: int, most: int) -> NumberSelector:
    """Return a field for whole amperes per phase."""
    return NumberSelector(
        NumberSelectorConfig(
            min=least,
            max=most,
            step=1,
            mode=NumberSelectorMode.BOX,
            unit_of_measurement=UnitOfElectricCurrent.AMPERE,
        )
    )


def several_texts() -> TextSelector:
    """Return a field for any number of texts, each on a line of its own."""
    return TextSelector(TextSelectorConfig(multiple=True))
