"""The floors: bare views behind the application's own middleware. Only `scripts.bench` serves them."""
