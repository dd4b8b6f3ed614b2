"""The printed form of a certificate."""
