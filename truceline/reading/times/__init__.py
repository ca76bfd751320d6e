"""Times: dates, clocks and durations in words, anchored on the calendar."""
