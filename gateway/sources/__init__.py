"""What each sender sends: proof that it is the sender, and the submissions in what arrived."""
