"""Reading: site folders, canonical measurements, makers' exports and ECHONET Lite devices."""
