"""Wallboxes as a load: they dial in, charge, and send meter values as fast as they are answered or once a second.

Written without the simulator, because what sends must cost less than what is measured. Runs as a process of its own:
`python -m script.lib.benchmark_load URL`, then commands as JSON lines on standard input, each answered with one line.
"""

import asyncio
from datetime import UTC, datetime
import itertools
import json
import random
import sys
import time
from typing import Any

import aiohttp

from script.lib.benchmark_ledger import frames, past, start_of
from script.lib.lines import serve

_CONFIGURATION = {
    "AuthorizeRemoteTxRequests": "false",
    "ChargeProfileMaxStackLevel": "10",
    "ChargingScheduleAllowedChargingRateUnit": "Current",
    "ChargingScheduleMaxPeriods": "24",
    "ConnectorSwitch3to1PhaseSupported": "false",
    "HeartbeatInterval": "300",
    "LocalAuthListEnabled": "false",
    "MaxChargingProfilesInstalled": "10",
    "MeterValueSampleInterval": "60",
    "MeterValuesSampledData": "Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage",
    "NumberOfConnectors": "1",
    "SupportedFeatureProfiles": "Core,SmartCharging,RemoteTrigger",
    "WebSocketPingInterval": "0",
}


class LoadWallbox:
    """One wallbox with a car that charges."""

    def __init__(self, http: aiohttp.ClientSession, url: str, identity: str) -> None:
        self.identity = identity
        self.latencies: list[float] = []
        self._http = http
        self._url = url
        self._ids = itertools.count(1)
        self._answers: dict[str, asyncio.Future[Any]] = {}
        self._random = random.Random(identity)
        self._register = self._random.uniform(1e5, 1e6)
        self._transaction = 0
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        """Dial, boot, and begin a session."""
        self._socket = await self._http.ws_connect(
            f"{self._url}/{self.identity}", protocols=("ocpp1.6",), max_msg_size=0
        )
        self._reader = asyncio.create_task(self._read(self._socket))
        await self._call(
            "BootNotification",
            {
                "chargePointVendor": "Load",
                "chargePointModel": "One",
                "chargePointSerialNumber": self.identity,
                "firmwareVersion": "1.0",
            },
        )
        await self._status("Preparing")

    async def begin(self) -> None:
        """Begin to charge."""
        answer = await self._call(
            "StartTransaction",
            {
                "connectorId": 1,
                "idTag": "LOAD",
                "meterStart": int(self._register),
                "timestamp": _now(),
            },
        )
        self._transaction = answer.get("transactionId", 1)
        await self._status("Charging")

    async def flood(self, messages: int) -> None:
        """Send so many meter values, each as soon as the one before it is answered."""
        for _ in range(messages):
            await self._measure()

    async def tick(self, seconds: float) -> None:
        """Send meter values once a second."""
        loop = asyncio.get_running_loop()
        due = loop.time() + self._random.random()
        end = loop.time() + seconds
        while due < end:
            await asyncio.sleep(max(0.0, due - loop.time()))
            await self._measure()
            due += 1.0

    async def replay(self, years: float, sessions: int) -> None:
        """Tell the sessions that were kept while there was no link, each message as soon as the last is answered."""
        for charge in past(self.identity, years=years, sessions=sessions):
            answer = await self._call("StartTransaction", start_of(charge))
            for action, payload in frames(charge, answer["transactionId"]):
                await self._call(action, payload)

    async def close(self) -> None:
        """Hang up."""
        if self._reader is not None:
            self._reader.cancel()
        if self._socket is not None:
            await self._socket.close()

    async def _measure(self) -> None:
        power = self._random.gauss(7200, 25)
        self._register += power / 3600
        values = [
            _sample("Energy.Active.Import.Register", "Wh", f"{self._register:.0f}"),
            _sample("Power.Active.Import", "W", f"{power:.1f}"),
            _sample("Current.Import", "A", f"{power / 230:.2f}", phase="L1"),
            _sample(
                "Voltage", "V", f"{self._random.gauss(236, 0.4):.1f}", phase="L1-N"
            ),
        ]
        began = time.perf_counter()
        await self._call(
            "MeterValues",
            {
                "connectorId": 1,
                "transactionId": self._transaction,
                "meterValue": [{"timestamp": _now(), "sampledValue": values}],
            },
        )
        self.latencies.append(time.perf_counter() - began)

    async def _status(self, status: str) -> None:
        await self._call(
            "StatusNotification",
            {
                "connectorId": 1,
                "errorCode": "NoError",
                "status": status,
                "timestamp": _now(),
            },
        )

    async def _call(self, action: str, payload: dict[str, Any]) -> Any:
        if self._socket is None:
            raise ConnectionError("not connected")
        message_id = str(next(self._ids))
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._answers[message_id] = answer
        await self._socket.send_str(json.dumps([2, message_id, action, payload]))
        return await asyncio.wait_for(answer, 60)

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        async for message in socket:
            frame = json.loads(message.data)
            if frame[0] == 2:
                await socket.send_str(
                    json.dumps([3, frame[1], _answer(frame[2], frame[3])])
                )
            elif (
                answer := self._answers.pop(frame[1], None)
            ) is not None and not answer.done():
                answer.set_result(frame[2] if frame[0] == 3 else {})
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(
                    ConnectionError(f"hung up on: {socket.close_code}")
                )


def _answer(action: str, payload: dict[str, Any]) -> dict[str, Any]:
    if action == "GetConfiguration":
        asked = payload.get("key") or list(_CONFIGURATION)
        return {
            "configurationKey": [
                {"key": key, "readonly": False, "value": _CONFIGURATION[key]}
                for key in asked
                if key in _CONFIGURATION
            ],
            "unknownKey": [key for key in asked if key not in _CONFIGURATION],
        }
    if action == "ChangeConfiguration":
        _CONFIGURATION[payload["key"]] = payload["value"]
        return {"status": "Accepted"}
    if action == "GetCompositeSchedule":
        return {"status": "Rejected"}
    if action == "TriggerMessage":
        return {"status": "NotImplemented"}
    return {"status": "Accepted"}


def _sample(measurand: str, unit: str, value: str, **more: str) -> dict[str, str]:
    return {
        "value": value,
        "measurand": measurand,
        "unit": unit,
        "context": "Sample.Periodic",
        **more,
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _percentile(values: list[float], share: float) -> float:
    return (
        sorted(values)[min(len(values) - 1, int(len(values) * share))]
        if values
        else 0.0
    )


async def main(url: str) -> None:
    """Serve commands until standard input ends."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as http:
        wallboxes: list[LoadWallbox] = []

        async def command(order: dict[str, Any]) -> dict[str, Any]:
            match order["do"]:
                case "connect":
                    for identity in order["identities"]:
                        wallboxes.append(LoadWallbox(http, url, identity))
                        await wallboxes[-1].connect()
                case "begin":
                    for wallbox in wallboxes:
                        await wallbox.begin()
                case "flood":
                    await wallboxes[0].flood(order["messages"])
                case "tick":
                    await asyncio.gather(
                        *(wallbox.tick(order["seconds"]) for wallbox in wallboxes)
                    )
                case "replay":
                    await wallboxes[0].replay(order["years"], order["sessions"])
                case "close":
                    for wallbox in wallboxes:
                        await wallbox.close()
                    wallboxes.clear()
            latencies = [
                latency for wallbox in wallboxes for latency in wallbox.latencies
            ]
            for wallbox in wallboxes:
                wallbox.latencies.clear()
            return {
                "messages": len(latencies),
                "p50": _percentile(latencies, 0.5),
                "p99": _percentile(latencies, 0.99),
                "most": max(latencies, default=0.0),
            }

        await serve(command)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
