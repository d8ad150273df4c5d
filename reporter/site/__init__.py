"""The builder: a store's runs in, a folder of static pages out. Reads stores, never writes them."""
