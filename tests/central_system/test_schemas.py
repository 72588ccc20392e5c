"""The compiled schemas: what is right passes, and each wrong field is named for itself."""

from typing import Any

import pytest

from custom_components.smart_charge_point.central_system.dialect import not_handled
from custom_components.smart_charge_point.central_system.frames import ErrorCode
from custom_components.smart_charge_point.central_system.schemas import (
    Kind,
    Rule,
    Schemas,
    Violation,
    load,
)


@pytest.fixture
def schemas() -> Schemas:
    """The schemas of 1.6."""
    return load("1.6")


def status(**changes: Any) -> dict[str, Any]:
    """Return a StatusNotification with some fields changed; None takes one away."""
    payload = {
        "connectorId": 1,
        "errorCode": "NoError",
        "status": "Available",
        "timestamp": "2026-11-21T03:00:00Z",
    }
    return {k: v for k, v in (payload | changes).items() if v is not None}


def profile(limit: float) -> dict[str, Any]:
    """Return a SetChargingProfile with one limit."""
    return {
        "connectorId": 1,
        "csChargingProfiles": {
            "chargingProfileId": 1,
            "stackLevel": 0,
            "chargingProfilePurpose": "TxDefaultProfile",
            "chargingProfileKind": "Absolute",
            "chargingSchedule": {
                "chargingRateUnit": "A",
                "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}],
            },
        },
    }


def test_versions_are_loaded_once() -> None:
    """All three versions compile; the second call gets what the first made."""
    for version, least in (("1.6", 39), ("2.0.1", 64), ("2.1", 64)):
        assert len(load(version).actions) >= least
        assert load(version) is load(version)
    with pytest.raises(KeyError):
        load("1.5")


def test_all_of_an_action_is_known(schemas: Schemas) -> None:
    """Requests and answers of every action; an unknown action is an error of the caller."""
    for action in schemas.actions:
        schemas.check(action, {}, Kind.REQUEST)
        schemas.check(action, {}, Kind.ANSWER)
    with pytest.raises(KeyError):
        schemas.check("NoSuch", {}, Kind.REQUEST)


def test_what_is_right_passes(schemas: Schemas) -> None:
    """Nothing is violated."""
    assert schemas.check("StatusNotification", status(), Kind.REQUEST) == ()
    assert schemas.check("Heartbeat", {}, Kind.REQUEST) == ()


@pytest.mark.parametrize(
    ("payload", "path", "rule", "bound"),
    [
        (status(connectorId="1"), ("connectorId",), Rule.TYPE, ["integer"]),
        (status(connectorId=None), ("connectorId",), Rule.REQUIRED, None),
        (status(info="x" * 80), ("info",), Rule.MAX_LENGTH, 50),
        (status(timestamp="yesterday"), ("timestamp",), Rule.FORMAT, "date-time"),
        (status(vendor="x"), ("vendor",), Rule.ADDITIONAL, None),
    ],
)
def test_one_violation_names_its_field(
    schemas: Schemas,
    payload: dict[str, Any],
    path: tuple[str, ...],
    rule: Rule,
    bound: Any,
) -> None:
    """The path is that of the field itself, also where the schema complains of the object around it."""
    assert schemas.check("StatusNotification", payload, Kind.REQUEST) == (
        Violation(path=path, rule=rule, bound=bound),
    )


def test_an_enum_gives_its_words(schemas: Schemas) -> None:
    """B3: `errorCode: "Error"`."""
    (violation,) = schemas.check(
        "StatusNotification", status(errorCode="Error"), Kind.REQUEST
    )
    assert violation.rule is Rule.ENUM
    assert "OtherError" in violation.bound
    assert str(violation) == "errorCode: enum"


def test_several_violations_are_several(schemas: Schemas) -> None:
    """Each field for itself, so that each is mended or dropped for itself."""
    payload = status(errorCode="Error", status=None, a=1, b=2)
    paths = {v.path for v in schemas.check("StatusNotification", payload, Kind.REQUEST)}
    assert paths == {("errorCode",), ("status",), ("a",), ("b",)}


def test_paths_go_into_lists(schemas: Schemas) -> None:
    """M3: unit Hz in the second sample of the first value."""
    payload = {
        "connectorId": 1,
        "meterValue": [
            {
                "timestamp": "2026-11-21T03:00:00Z",
                "sampledValue": [{"value": "1"}, {"value": "50", "unit": "Hz"}],
            }
        ],
    }
    (violation,) = schemas.check("MeterValues", payload, Kind.REQUEST)
    assert violation.path == ("meterValue", 0, "sampledValue", 1, "unit")


def test_tenths_are_tenths(schemas: Schemas) -> None:
    """Every multiple of 0.1 that a limit can have passes as a float, and nothing between does."""
    for tenth in range(250_000):
        # 0.1 is no binary fraction: a naive remainder refuses 0.3, 1.1 and a third of the others.
        if tenth < 1000 or tenth % 97 == 0:
            payload = profile(tenth / 10)
            assert schemas.check("SetChargingProfile", payload, Kind.REQUEST) == ()
    for limit in (0.05, 7.35, 16.01, 3680.55):
        (violation,) = schemas.check("SetChargingProfile", profile(limit), Kind.REQUEST)
        assert violation.rule is Rule.MULTIPLE_OF
        assert violation.bound == 0.1


def test_unknown_and_unhandled_actions_differ(schemas: Schemas) -> None:
    """OCPP-J: NotImplemented is for what is not known, NotSupported for what is known."""
    assert not_handled("NoSuch", schemas).code is ErrorCode.NOT_IMPLEMENTED
    assert not_handled("SignCertificate", schemas).code is ErrorCode.NOT_SUPPORTED


def test_what_is_no_json_violates(schemas: Schemas) -> None:
    """A person may have any message sent: it is refused, not raised at."""
    deep: dict[str, Any] = {}
    for _ in range(500):
        deep = {"data": deep}
    for payload in ("\ud800", deep, {"vendorId": object()}):
        assert schemas.check("DataTransfer", payload, Kind.REQUEST)
        assert not schemas.fits("DataTransfer", payload, Kind.REQUEST)
