"""`doorward up`: the processes of a live network, started, watched and ended together."""
