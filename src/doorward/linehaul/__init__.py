"""The middle mile: the timetable, what goes on which trailer, transfer at sort centers."""
