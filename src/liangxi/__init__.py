"""Liangxi (梁溪): the digital government of a city, as one package."""

__version__ = "0.1.0"
