"""The running process: command line, settings, wiring, transports, delivery, schedule, sandbox."""
