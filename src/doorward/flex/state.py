"""Fold the facts of the marketplace."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from doorward.core.table import Table
from doorward.ledger.state import Fold, State
from doorward.tables.flex import (
    BlockMoved,
    Blocks,
    BlocksOpened,
    BlocksPriced,
    BlockStatus,
    Drivers,
    OfferAnswered,
    Offered,
    Offers,
    Paid,
    StandingMoved,
    Statements,
)
from doorward.tables.remarks import Reason

ENDED = (BlockStatus.WORKED, BlockStatus.NO_SHOW, BlockStatus.UNFILLED, BlockStatus.CALLED_OFF)


def fold_opened(state: State, rows: BlocksOpened, at_s: int) -> None:
    """New blocks, open."""
    _continues("Blocks", rows.block, state.count(Blocks))
    state.append(
        Blocks.fill(
            len(rows),
            station=rows.station,
            start_s=rows.start_s,
            end_s=rows.end_s,
            pay_c=rows.pay_c,
            base_c=rows.base_c,
            need=rows.need,
            status=int(BlockStatus.OPEN),
        )
    )


def fold_priced(state: State, rows: BlocksPriced, at_s: int) -> None:
    """A new posted pay. A block that somebody holds keeps the pay it was taken at."""
    if (state.get(Blocks, "status", rows.block) != BlockStatus.OPEN).any():
        raise ValueError("a block was priced that is not open")
    state.put(Blocks, rows.block, pay_c=rows.pay_c)


def fold_offered(state: State, rows: Offered, at_s: int) -> None:
    """New offers; a block's first sets when it was released."""
    _continues("Offers", rows.offer, state.count(Offers))
    state.append(
        Offers.fill(len(rows), block=rows.block, driver=rows.driver, pay_c=rows.pay_c, at_s=at_s, answer=0)
    )
    fresh = rows.block[state.get(Blocks, "released_s", rows.block) < 0]
    state.put(Blocks, fresh, released_s=at_s)


def fold_answered(state: State, rows: OfferAnswered, at_s: int) -> None:
    """Answers; each offer has one."""
    if (state.get(Offers, "answer", rows.offer) != 0).any():
        raise ValueError("an offer was answered twice")
    state.put(Offers, rows.offer, answer=rows.answer)


def fold_moved(state: State, rows: BlockMoved, at_s: int) -> None:
    """Claimed (the pay is the posted one, which the service raises to the offer's first), open again, and so on."""
    claimed = rows.status == BlockStatus.CLAIMED
    if (state.get(Blocks, "status", rows.block[claimed]) != BlockStatus.OPEN).any():
        raise ValueError("a block was claimed that is not open")
    state.put(Blocks, rows.block, driver=rows.driver, status=rows.status)
    state.put(Blocks, rows.block[claimed], claimed_s=at_s)
    ended = np.isin(rows.status, ENDED)
    state.put(Blocks, rows.block[ended], ended_s=at_s)
    again = rows.status == BlockStatus.OPEN
    state.put(Blocks, rows.block[again], claimed_s=-1)


def fold_standing(state: State, rows: StandingMoved, at_s: int) -> None:
    """Standing stays within 0..1000; what moved it is counted."""
    for column, reason in (
        ("blocks", Reason.WORKED_WELL),
        ("noshows", Reason.DID_NOT_SHOW),
        ("forfeits", Reason.FORFEITED),
    ):
        state.add(Drivers, rows.driver[rows.reason == reason], **{column: 1})
    standing = np.array(state.table(Drivers).standing_pm, np.int64)
    np.add.at(standing, rows.driver, rows.delta_pm)
    touched = np.unique(rows.driver)
    state.put(Drivers, touched, standing_pm=np.clip(standing[touched], 0, 1000))


def fold_paid(state: State, rows: Paid, at_s: int) -> None:
    """Statements; their parts add up."""
    parts = rows.base_c + rows.mileage_c + rows.wait_c + rows.topup_c + rows.tip_c
    if (parts != rows.total_c).any():
        raise ValueError("a pay statement does not add up")
    state.append(Statements(**{name: getattr(rows, name) for name in Statements.columns}))


def _continues(table: str, numbers: NDArray[np.signedinteger[Any]], first: int) -> None:
    if (numbers != first + np.arange(len(numbers))).any():
        raise ValueError(f"numbers do not continue {table} at {first}")


FOLDS: dict[type[Table], Fold] = {
    BlocksOpened: fold_opened,
    BlocksPriced: fold_priced,
    Offered: fold_offered,
    OfferAnswered: fold_answered,
    BlockMoved: fold_moved,
    StandingMoved: fold_standing,
    Paid: fold_paid,
}
"""Facts folded here."""
