"""What happens to a site once it is built: packing, publishing, serving, showing.

Works on finished sites and on the builder's public functions; knows nothing of how pages are made.
"""
