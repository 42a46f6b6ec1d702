"""The administrator's desk: the stop switch, accounts, the audit log, and what is on."""
