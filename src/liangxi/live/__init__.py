"""The hot path beside Django: bare ASGI, no ORM. So far: notices pushed to open pages."""
