// The smallest program of the runtime: what starting costs before anything is done.
