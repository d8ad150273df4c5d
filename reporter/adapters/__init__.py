"""Other tools' doors into a store: they log and read as they always did, and the files are ours.

Nothing in this package imports another tool before that tool has asked for it.
"""
