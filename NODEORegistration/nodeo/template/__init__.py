"""The average that all images of a cohort deform to, and how each of them differs from it.

``nodeo template`` makes the average in rounds, each a cohort; ``nodeo morphometry`` reads a finished cohort.
"""
