"""What real charge points say that they can hold (measured; OCPP 1.6 key values), as capabilities."""

from custom_components.smart_charge_point.model.capabilities import Capabilities
from custom_components.smart_charge_point.model.limit import RateUnit

MICRO_OCPP = Capabilities(
    rate_unit=RateUnit.WATT, max_stack_level=8, max_periods=24, max_profiles=10
)
EVEREST = Capabilities(max_stack_level=42, max_periods=42, max_profiles=42)
OPEN_OCPP = Capabilities(max_stack_level=10, max_periods=2, max_profiles=20)
WARP = Capabilities(max_stack_level=3, max_periods=5, max_profiles=12)
SHIV3 = Capabilities(max_stack_level=10, max_periods=24, max_profiles=16)
UK_FAMILY = Capabilities(max_stack_level=7, max_periods=21, max_profiles=5)
"""One family of British wallboxes announces exactly the periods of a week."""
ABB = Capabilities(max_stack_level=3, max_periods=24, max_profiles=4)
BOTTOM_LEVEL_ONLY = Capabilities(max_stack_level=0, max_periods=1, max_profiles=1)
"""ABB Terra, Wallbox firmware 5, Grizzl-E Mini and GivEnergy's one slot, at their worst together."""

ALL = {
    "MicroOcpp": MICRO_OCPP,
    "EVerest": EVEREST,
    "open-ocpp": OPEN_OCPP,
    "WARP": WARP,
    "shiv3": SHIV3,
    "UK family": UK_FAMILY,
    "ABB": ABB,
    "bottom level only": BOTTOM_LEVEL_ONLY,
}
