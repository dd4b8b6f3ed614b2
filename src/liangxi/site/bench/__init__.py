"""Measurements: `liangxi bench NAME`. Each module here whose name has no underscore is one and has `run(*, quick)`.

A run gives `{"bench": name, "figures": [{"name", "value", "unit", "peer", "peer_value", "ratio"}]}`; a ratio above 1
means better than the peer. Peers run on the same machine in the same run; `quick` stays below 50 seconds.
"""
