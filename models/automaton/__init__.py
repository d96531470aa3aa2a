"""The house as a weighted automaton over words, which recognisers decode inside. Knows sentences, not sound."""
