"""What a browser is shown: pages, and what they are connected with."""
