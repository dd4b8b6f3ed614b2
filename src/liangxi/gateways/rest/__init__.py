"""The typed JSON API of the house for departments' systems and other programs: OpenAPI 3.1, RFC 9457, RFC 6750."""
