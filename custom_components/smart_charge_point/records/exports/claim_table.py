"""Mileage claim: what one person charged at home, for whoever pays it back."""

from collections.abc import Sequence

from ...model.usage import SessionRow
from . import formats
from .building import Asked
from .currency import digits
from .table import Cell, Column, Kind, Part, Table
from .words import Word


def claim_table(rows: Sequence[SessionRow], asked: Asked, claimant: str) -> Table:
    """Return the ended sessions of a person, in the order given, with lines to sign.

    Each amount is rounded to what can be paid, and the total is the sum of the rounded amounts: whoever adds the lines up
    by hand comes to the same. Where a rate was agreed, it stands for what the energy cost. Trials under 60 s or 0.05 kWh
    are left out.
    """
    ended = [
        row
        for row in rows
        if row.session.stopped_at is not None and not row.session.folded
    ]
    amounts = [_amount(row, asked) for row in ended]
    known = [amount for amount in amounts if amount is not None]
    energy = sum(row.session.energy for row in ended)
    cost = round(sum(known), digits(asked.currency)) if known else None
    partly = asked.rate is None and any(
        not row.figures.cost_complete or amount is None
        for row, amount in zip(ended, amounts, strict=True)
    )
    words = asked.words
    return asked.table(
        Word.CLAIM,
        _columns(asked),
        [_line(row, amount, asked) for row, amount in zip(ended, amounts, strict=True)],
        (
            words[Word.TOTAL],
            "",
            "",
            "",
            energy,
            "",
            Part(cost) if partly and cost is not None else cost,
        ),
        energy=energy,
        cost=cost,
        figures=(
            (words[Word.CLAIMANT], claimant),
            (words[Word.ENERGY], asked.energy(energy)),
            *(() if cost is None else ((words[Word.COST], asked.money(cost)),)),
        ),
        notes=_notes(ended, partly, asked),
        signatures=(words[Word.SIGN_CLAIMANT], words[Word.SIGN_APPROVED]),
    )


def _columns(asked: Asked) -> tuple[Column, ...]:
    column = asked.column
    return (
        column("day", Word.DAY, Kind.DATE),
        column("wallbox", Word.WALLBOX, Kind.TEXT),
        column("vehicle", Word.VEHICLE, Kind.TEXT),
        column("odometer", Word.ODOMETER, Kind.DISTANCE),
        column("energy", Word.ENERGY, Kind.ENERGY),
        column("price", Word.PRICE, Kind.PRICE),
        column("cost", Word.COST, Kind.MONEY),
    )


def _line(row: SessionRow, amount: float | None, asked: Asked) -> tuple[Cell, ...]:
    session = row.session
    price: float | None = asked.rate
    if price is None and row.figures.cost is not None and row.figures.cost_complete:
        price = row.figures.cost / (session.energy / 1000)
    cost: Cell = amount
    if amount is not None and asked.rate is None and not row.figures.cost_complete:
        cost = Part(amount)
    return (
        asked.day_of(session.started_at),
        asked.wallboxes.get(session.charge_point, session.charge_point),
        asked.vehicles.get(session.vehicle or "", session.vehicle),
        session.odometer,
        session.energy,
        price,
        cost,
    )


def _amount(row: SessionRow, asked: Asked) -> float | None:
    """Return what is claimed for a session, rounded to what can be paid."""
    amount = (
        row.figures.cost
        if asked.rate is None
        else row.session.energy / 1000 * asked.rate
    )
    return None if amount is None else round(amount, digits(asked.currency))


def _notes(rows: Sequence[SessionRow], partly: bool, asked: Asked) -> tuple[str, ...]:
    words = asked.words
    rate = (
        ""
        if asked.rate is None
        else formats.on_paper(
            asked.rate,
            Kind.PRICE,
            style=asked.style,
            zone=asked.zone,
            currency=asked.currency,
        )
    )
    return tuple(
        note
        for note, applies in (
            (
                words[Word.NOTE_RATE].format(rate=f"{rate} {asked.currency}/kWh"),
                asked.rate is not None and bool(rows),
            ),
            (words[Word.NOTE_COST_PART], partly),
            (
                words[Word.NOTE_ESTIMATED],
                any(row.figures.estimated or row.session.doubts for row in rows),
            ),
        )
        if applies
    )
