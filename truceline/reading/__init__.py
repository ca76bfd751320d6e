"""Reading: from a document to terms, claims and statements, each with the words that prove it."""
