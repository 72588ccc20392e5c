"""Results on their way into the ledger: whatever becomes of that, what came out goes on."""

import logging

from ..model.result import Result
from ..records.errors import LedgerError
from ..records.ledger import Ledger

_LOGGER = logging.getLogger(__name__)


def keep_result(ledger: Ledger, result: Result) -> None:
    """Keep a result as evidence, if that is possible. Returns at once."""
    try:
        ledger.keep_result(result)
    except LedgerError as error:
        _LOGGER.warning("Evidence of %s is not kept: %s", result.kind, error)
