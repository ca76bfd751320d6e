"""Ways in: each source's own files into events and problems, with their uncertainty."""
