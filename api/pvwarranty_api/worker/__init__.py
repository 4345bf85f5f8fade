"""Workers: processes that do the jobs."""
