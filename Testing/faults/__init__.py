"""The campaign, ``make faults``: bad inputs, signals, full disks, little memory, relations that answers obey."""
