"""What is left, what is done: the figures that leaders ask for."""
