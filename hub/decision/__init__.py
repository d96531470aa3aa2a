"""What a reading comes to: which services, which question, which refusal, which answer. Sends and says nothing."""
