"""What the controller makes of a wallbox and of its owner, where no acceptance line says it."""
