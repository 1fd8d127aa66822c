"""The payment providers: one folder each, behind one contract."""
