"""The least that a central system can cost: an aiohttp websocket that parses each frame and answers it."""

import asyncio
import json
import sys
import time
from typing import Any

from aiohttp import WSMsgType, web

from script.lib.lines import serve


async def _serve_wallbox(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(protocols=("ocpp1.6",))
    await socket.prepare(request)
    async for message in socket:
        if message.type is WSMsgType.TEXT:
            frame = json.loads(message.data)
            if frame[0] == 2:
                await socket.send_str(json.dumps([3, frame[1], {}]))
    return socket


async def _command(_order: dict[str, Any]) -> dict[str, Any]:
    return {"cpu": time.process_time()}


async def main(port: int) -> None:
    """Listen until standard input ends."""
    app = web.Application()
    app.router.add_get("/{identity}", _serve_wallbox)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await serve(_command)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
