"""Federation (联通): proxied calls to departments' own APIs, harvest from other catalogues, cascade between nodes."""
