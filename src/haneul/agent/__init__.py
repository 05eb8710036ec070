"""The small program on every host: it is told how things should be, looks, makes them so and reports."""
