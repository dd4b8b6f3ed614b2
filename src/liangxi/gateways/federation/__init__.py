"""What nodes of this software say to each other: `/federation/v1/`, signed by the key of the sender."""
