"""The method as published (Wu et al., CVPR 2022): a network that sees the whole cloud of points and moves all of it."""
