"""Homes, people and another hub, invented by somebody who had not seen ours: journals in the contract's format, their truth beside them."""
