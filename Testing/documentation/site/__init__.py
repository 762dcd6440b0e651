"""The documentation as a site that is read from a folder: ``make docs``, then build/site/index.html."""
