"""What a reorder policy would have brought: past demand replayed day by day, beside the ERP's own stock levels."""
