"""What an optional parser adds to the rules: names, speakers, acts, who did it to whom."""
