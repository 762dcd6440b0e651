"""What can be optimised."""
