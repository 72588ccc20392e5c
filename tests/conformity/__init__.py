"""What the tree itself must hold: its walls, its texts, and what it says of itself to Home Assistant."""
