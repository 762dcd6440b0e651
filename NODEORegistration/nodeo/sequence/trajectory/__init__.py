"""One velocity field over the time of a series: the mode ``trajectory``."""
