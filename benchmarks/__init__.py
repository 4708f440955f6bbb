"""Speed and scale, side by side with peers. Each module prints its own table; nothing here is imported elsewhere."""
