"""Charts that the user's own functions draw."""
