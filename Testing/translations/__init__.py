"""The texts of the module in other languages: found, kept current, tried."""
