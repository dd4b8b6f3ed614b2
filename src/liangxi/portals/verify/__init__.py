"""Where anybody checks a certificate: by its number and code, its QR code, its PDF or its data."""
