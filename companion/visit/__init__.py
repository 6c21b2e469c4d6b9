"""A read-only page and a printed report for an outside doctor, behind a link that ends."""
