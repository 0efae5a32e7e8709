// Inputs
