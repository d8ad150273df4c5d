"""Where a site goes: folder, memory or zip, what was written before, one builder at a time."""
