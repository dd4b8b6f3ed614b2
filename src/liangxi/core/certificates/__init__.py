"""Electronic certificates (电子证照, GB/T 36901-36906): issued once, signed, checkable by anyone, revocable."""
