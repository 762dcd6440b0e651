"""What the pages of the documentation say of the code, written from the code: ``make docs``."""
