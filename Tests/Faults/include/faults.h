// Storage faults for tests, preloaded into the real program (LD_PRELOAD); it has nothing to be called.
