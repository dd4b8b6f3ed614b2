"""The laws of certificates: numbers, signatures, states; without Django."""
