"""Events of cases sent to programs outside: subscriptions, signed CloudEvents, retries, dead letters."""
