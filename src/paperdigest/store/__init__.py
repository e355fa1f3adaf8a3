"""The only SQL: schema, papers, changes, bookmarks, digests, deliveries."""
