"""What each supplier is told of the demand to come."""
