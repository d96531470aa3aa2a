"""Simulated households with hidden truth: does the house really get better?

What is simulated: people.py, house.py, journal.py. What is compared: __main__.py, days.py, pools.py, sweeps.py, voice.py, detect.py and
slurp.py.
"""
