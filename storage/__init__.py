"""Tables, queries and migrations. Rows never leave: frozen dataclasses of ``domain`` do."""
