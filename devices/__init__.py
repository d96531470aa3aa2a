"""What the house is: entities, their states and the MQTT ways to move them. Knows no words and no turns."""
