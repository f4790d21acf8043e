"""What operators do, for the admin API and the operator's pages alike: every action is logged in the transaction that performs it."""
