"""Connecting an account: the attempt, the talk with the person, the card that shows it, and the words for it."""
