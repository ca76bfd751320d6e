"""Claims: figures that disagree, totals, and rights reserved."""
