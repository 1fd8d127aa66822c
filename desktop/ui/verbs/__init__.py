"""What a person does from a page: each verb asks, acts and tells, and the page says it in a line."""
