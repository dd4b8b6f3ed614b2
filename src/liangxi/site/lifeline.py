"""How a child knows that its supervisor died without a word: the pipe that is its standard input ends."""

import os
import signal
import sys
import threading
from collections.abc import Callable

PATIENCE = 15.0  # seconds to end in order; then at once


def watch(on_loss: Callable[[], None] = lambda: None) -> None:
    """When standard input ends, call `on_loss` and send SIGTERM to this process, which must end within 15 s."""

    def wait() -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        end = threading.Timer(PATIENCE, os._exit, args=(1,))
        end.daemon = True
        end.start()
        on_loss()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="lifeline", daemon=True).start()
