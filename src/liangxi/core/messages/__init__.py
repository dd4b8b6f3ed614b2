"""What the city tells people: in their portal, by mail, by text message."""
