"""Many pairs: a table of them, or a BIDS folder, in; a folder a pair, a table of measures and one page over all out.

Dask runs them, on this computer or on a cluster; a job array takes its share without it. What is there and unchanged is
not done again.
"""
