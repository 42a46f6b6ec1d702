"""Measurements that an operator can run on labelled data of their own: `carelight eval`."""
