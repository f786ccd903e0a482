"""What is measured in the environment of a running stack, in a process beside its worker."""
