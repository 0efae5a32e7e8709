// Relabeling
