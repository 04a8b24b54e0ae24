"""A HubSpot-shaped portal on a real socket, for the demo and for tests.

It shares no code with the client: an emulator that did would share its mistakes.
"""
