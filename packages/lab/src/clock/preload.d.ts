// Loaded for its effect only.
export {}
