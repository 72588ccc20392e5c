"""The technical file: the document of SI 2021/1467 reg. 13 for one wallbox, each line with its evidence or "not evidenced"."""
