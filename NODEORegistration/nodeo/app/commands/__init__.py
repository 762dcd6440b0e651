"""What the commands do, a family a file; none is imported before its arguments are known to be right."""
