"""Ambient Hub: a turn is hear → understand → decide → act → speak → learn, and one frozen record passes through it.

>>> from hub.turn import Turn
"""
