"""Working days and hours from the loaded years; a year that is not loaded is never guessed."""
