"""The weekly digest: who subscribes, what is chosen for them, the mail, and its delivery exactly once."""
