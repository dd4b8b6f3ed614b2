"""MQTT 3.1.1 and 5.0: devices send, those who may listen hear, and what is acknowledged is on disk."""
