"""A package only so that no other folder called tests answers ``from tests.builders import``."""
