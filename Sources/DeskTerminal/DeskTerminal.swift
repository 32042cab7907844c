// Being laid.
