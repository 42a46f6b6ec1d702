"""Other people's libraries turned into articles that keep saying whose they are.

An importer reads a path and yields one `Article` for each topic it can use, or a `Refused` that says why not. It never
executes what it reads, writes nothing, and yields the same bytes for the same input, so that a second import changes
nothing and a broken-off one can simply be run again.
"""
