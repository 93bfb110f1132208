"""One module a section of the report: `build(facts)` gives what its template shows."""
