"""Commands between processes: one JSON object a line each way."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
import json
import os
from pathlib import Path
import sys
from typing import Any

type Order = dict[str, Any]

_LONGEST = 1 << 20
_ANSWERED_WITHIN = 300


async def serve(command: Callable[[Order], Awaitable[Order]]) -> None:
    """Answer each line of standard input with a line of standard output, until it ends."""
    reader = asyncio.StreamReader(limit=_LONGEST)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    print(json.dumps({"ready": True}), flush=True)
    while line := await reader.readline():
        print(json.dumps(await command(json.loads(line))), flush=True)


class Peer:
    """A process that takes commands."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def ask(self, do: str, **details: Any) -> Order:
        """Give a command and return its answer; lines that are no answer (a log) are skipped."""
        if self._process.stdin is not None:
            self._process.stdin.write(
                json.dumps({"do": do, **details}).encode() + b"\n"
            )
            await self._process.stdin.drain()
        return await self.answer()

    async def answer(self) -> Order:
        """Return the next answer."""
        if self._process.stdout is None:
            raise ConnectionError("the process has no output")
        async with asyncio.timeout(_ANSWERED_WITHIN):
            while line := await self._process.stdout.readline():
                if line.startswith(b"{"):
                    answer: Order = json.loads(line)
                    return answer
        raise ConnectionError(f"the process ended with {await self._process.wait()}")


@asynccontextmanager
async def peer(
    root: Path, log: Path, *arguments: str, **settings: str
) -> AsyncIterator[Peer]:
    """Run a module of ours as a process that takes commands, and end it with the block."""
    environment = {**os.environ, **settings}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with log.open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            *arguments,
            cwd=root,
            env=environment,
            stdin=PIPE,
            stdout=PIPE,
            stderr=errors,
            limit=_LONGEST,
        )
    try:
        found = Peer(process)
        await found.answer()
        yield found
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(30):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
