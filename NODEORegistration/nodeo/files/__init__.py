"""What is read from the disk, and what is written to it: whole or not at all."""
