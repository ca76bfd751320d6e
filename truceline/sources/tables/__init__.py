"""What every source of rows shares: files, columns, times, places, problems."""
