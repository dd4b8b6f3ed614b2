"""One definition of a form gives its page, its validation and its JSON Schema."""
