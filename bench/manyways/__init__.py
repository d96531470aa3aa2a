"""Homes, people and hubs whose every habit is drawn anew: what a model of failures learns from, so that it learns no simulator's ways."""
