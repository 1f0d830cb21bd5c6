"""Search: what is asked for becomes a tree, the tree becomes SQL, and the answer comes in pages."""
