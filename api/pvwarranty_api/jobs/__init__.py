"""Jobs: their states in one table, and the engines that bring them to workers."""
