"""The one room that knows what may not be kept, logged or shown: by name (``names``), by shape (``shapes``, ``cards``).

``cleaning`` takes it out of a provider's object, ``redaction`` out of a text. Everything that comes in is cleaned once,
before anything is made of it; everything that goes out (log, error text, command, window) is redacted here.
"""
