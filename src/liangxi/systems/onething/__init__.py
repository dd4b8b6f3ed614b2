"""高效办成一件事: packages that bundle the matters of several departments behind one guide, form and counter."""
