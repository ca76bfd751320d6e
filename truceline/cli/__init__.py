"""The command line: thin commands over ``truceline.pipeline``. See docs/commands.md.

Exit codes: 0 done; 1 the thing checked does not hold; 2 bad usage, an unknown name, or a
file that cannot be opened. Data goes to stdout or --out, talk goes to stderr.
"""

from truceline.cli.app import main

__all__ = ["main"]
