"""The laws of the engine: pure functions of plan, state and command."""
