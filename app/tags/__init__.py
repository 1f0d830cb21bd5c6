"""Tags: names that a workspace puts on contacts, companies and conversations."""
