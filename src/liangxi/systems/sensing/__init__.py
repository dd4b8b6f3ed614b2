"""What the city senses: things, their streams of observations, rules and alarms."""
