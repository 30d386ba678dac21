"""What a run is asked to do, by its arguments, its environment and its configuration file."""
