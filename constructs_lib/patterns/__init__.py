"""What you build: the constructs, one noun a module."""
