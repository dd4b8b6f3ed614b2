"""The intake: from the bytes of a device to what is stored and acknowledged, and on to all who follow the log."""
