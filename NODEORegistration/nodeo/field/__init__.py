"""What a deformation is: a velocity, the kernel K, their flow, its regularity, its inverse, its certificate."""
