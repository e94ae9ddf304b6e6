"""The running process: CLI, settings, wiring, transports, delivery, schedule, sandbox."""

import os

# python-telegram-bot warns at every RetryAfter unless its durations are asked for as such.
os.environ.setdefault("PTB_TIMEDELTA", "1")
