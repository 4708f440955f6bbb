"""Ground floor: settings, zones, snapshots, tokens and keys. Imports nothing of the platform and no Dagster."""
