"""Files that people hand in: kept under the hash of their content, known by what they are, not by what they say."""
