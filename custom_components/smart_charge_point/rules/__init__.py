"""Pure functions over the model: hours, delays, claims and plans. Every one takes its `now`."""
