"""A registration from the scene to the worker and back: what is asked, whether it can be, the queue, the process."""
