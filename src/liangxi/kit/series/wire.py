"""The wire to the engine of the intake: a request is `u32 number` and a block, an answer `u32 number, i64 first`.

A negative `first` is the errno of the disk. Answers come in any order.
"""

import socket
import struct
from pathlib import Path

from liangxi.kit.series import blocks
from liangxi.kit.series.blocks import Batch, Block

SOCKET = "intake.sock"
REQUEST = struct.Struct("<I")
ANSWER = struct.Struct("<Iq")
PATIENCE = 10.0  # seconds for an answer


def hand_over(folder: Path, batch: Batch) -> int:
    """The sequence number of the first observation of a batch that is on disk now; one call, one connection.

    ConnectionError or TimeoutError when nobody takes it (nothing was acknowledged), OSError with the errno of the disk
    when that does not.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(PATIENCE)
        line.connect(str(folder / SOCKET))
        line.sendall(REQUEST.pack(1) + blocks.encode(Block(0, 0, batch)))
        said = b""
        while len(said) < ANSWER.size:
            part = line.recv(ANSWER.size - len(said))
            if not part:
                raise ConnectionError("the intake hung up")
            said += part
    first = int(ANSWER.unpack(said)[1])
    if first < 0:
        raise OSError(-first, "the disk does not take it")
    return first
