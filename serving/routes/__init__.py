"""Routes, one module per resource; each has a ``router`` that :func:`serving.app.create_app` takes in."""
