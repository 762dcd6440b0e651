"""How well a registration did: overlap and surface distance of labels, errors at points, tables of many pairs."""
