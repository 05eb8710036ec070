"""Where images' data is kept, and how it is inspected."""
