"""Where a registration begins."""
