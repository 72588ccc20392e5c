"""Words that the tests of quirks share."""

from typing import Any

from .central_system import CentralSystem, Payload
from .payloads import set_profile

ACCEPTED: Payload = {"status": "Accepted"}
REJECTED: Payload = {"status": "Rejected"}
REGISTER = "Energy.Active.Import.Register"
POWER = "Power.Active.Import"


async def get(central: CentralSystem, *keys: str) -> dict[str, Any]:
    """Ask wallbox WB0 for configuration keys, or for all."""
    payload = {"key": list(keys)} if keys else {}
    return await central.call("WB0", "GetConfiguration", payload)


async def change(central: CentralSystem, key: str, value: str) -> Payload:
    """Change a configuration key of wallbox WB0."""
    return await central.call(
        "WB0", "ChangeConfiguration", {"key": key, "value": value}
    )


async def give(central: CentralSystem, csp: Payload, connector: int = 1) -> Payload:
    """Set a charging profile of wallbox WB0."""
    return await central.call("WB0", "SetChargingProfile", set_profile(connector, csp))


def samples(call: Payload) -> list[Payload]:
    """Return the sampled values of a MeterValues."""
    return [sample for value in call["meterValue"] for sample in value["sampledValue"]]
