"""The words of the line's contract, in the order of their numbers."""

VERDICTS = ["NONE", "PASS", "REJECT", "REVIEW"]
REASONS = [
    "OK",
    "DEFECT",
    "TIMEOUT",
    "STALE",
    "ID_MISMATCH",
    "QUEUE_FULL",
    "NO_MODEL",
    "MODEL_ERROR",
    "INPUT_INVALID",
    "DEVICE_FAULT",
    "BYPASS",
]
STATES = ["BOOT", "NO_MODEL", "WARMING", "READY", "BUSY", "FAULT"]
