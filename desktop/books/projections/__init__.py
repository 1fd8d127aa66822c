"""From records to rows: each module projects one cluster of tables; the same parts give the same rows in any order."""
