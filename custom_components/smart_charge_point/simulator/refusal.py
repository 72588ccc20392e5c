"""What makes a call of the central system be answered with a CALLERROR."""


class CallRefusedError(Exception):
    """A call cannot be carried out. `code` is one of OCPP-J 1.6 section 4.2.3."""

    def __init__(self, code: str, description: str = "") -> None:
        super().__init__(description)
        self.code = code
