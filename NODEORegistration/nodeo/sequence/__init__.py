"""A series in time: every frame of it onto a reference, each beginning with what its neighbour has found."""
