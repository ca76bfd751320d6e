"""Ways out: tables, the briefing, and what they withhold."""
