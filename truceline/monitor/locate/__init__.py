"""Place: the share of a report's region that lies inside each zone."""
