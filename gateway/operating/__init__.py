"""USE CASES of people who look after leads: what they decide about one lead, or about many."""
