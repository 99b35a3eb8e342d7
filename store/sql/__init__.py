"""What all SQL databases share: tables, statements and transactions."""
