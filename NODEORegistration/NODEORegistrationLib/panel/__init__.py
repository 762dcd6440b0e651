"""What is seen of the module: the parts of its panel."""
