"""Top floor: composes definitions, partitions, jobs, schedules, sensors and alerts. No business logic."""
