"""HTTP that is the same for every room: pages, guard, headers, limits, assets, and what the phone keeps."""
