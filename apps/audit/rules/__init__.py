"""Pure rules of the ledger: the form of an entry, the Merkle tree, signed notes."""
