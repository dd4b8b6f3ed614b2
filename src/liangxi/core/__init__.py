"""The shared floor: what every system stands on."""
