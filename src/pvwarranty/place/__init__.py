"""place."""
from pvwarranty.place.coast import coast_distance
