"""Series of observations on disk: the log that an acknowledgement rests on, the latest values, the sealed history.

An observation is `(stream, time, value)`: the number of a stream, the time of the phenomenon in microseconds since
1970 (UTC), and a number. A result that is no number carries a payload of bytes beside a NaN. Each gets a sequence
number when it is stored; of two with the same stream and time the higher sequence number holds.
"""
