"""Claims: figures of people, what happened to them, who said so."""
