"""Customer values measured on any log of transactions, beside ``lifetimes``.

The models are those of the platform. ``python -m benchmarks.lifetime_value --help`` says how to call it.
"""
