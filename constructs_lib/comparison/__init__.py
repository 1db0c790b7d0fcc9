"""Two states of the templates compared: which findings are new, and what the change replaces."""
