"""The running process: CLI, settings, wiring, transports, delivery, schedule, sandbox."""

import os
import sys

# python-telegram-bot warns at every RetryAfter unless its durations are asked for as such.
os.environ.setdefault("PTB_TIMEDELTA", "1")
# httpx, which python-telegram-bot imports and nobody here uses, loads its command line and with
# it rich and pygments: 80 modules, 4 MB. Marked as absent, it does without.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
