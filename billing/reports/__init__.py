"""What the pages ask of billing's rows: reading only, constant numbers of queries, no clock."""
