"""The servers that the tests bring with them: PostgreSQL, Valkey, a push service, a browser, any program of ours."""
