"""From two images to a result: the door, the plan, the levels, the way back, what is handed out and measured."""
