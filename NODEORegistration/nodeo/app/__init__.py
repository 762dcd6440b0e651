"""How it is asked and how it answers: the command line, its commands, the worker protocol, the terminal."""
