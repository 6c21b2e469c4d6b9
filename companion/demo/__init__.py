"""An invented clinic, made by a seeded generator, for `companion demo` and the tests. Nobody in it exists."""
