"""Ways into the ledger: figures and statements from files of every form."""
