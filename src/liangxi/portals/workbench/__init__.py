"""The desk: every task of a clerk or approver in one inbox, decided with the keys of the keyboard."""
