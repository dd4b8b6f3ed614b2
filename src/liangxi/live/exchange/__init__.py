"""Calls of departments' own APIs through the house: `/r1/...`, by the X-Road Message Protocol for REST."""
