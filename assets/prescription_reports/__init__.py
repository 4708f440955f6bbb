"""What the regulator is told of the prescription lines that were dispensed."""
