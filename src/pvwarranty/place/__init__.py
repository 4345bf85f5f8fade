"""What the place of a site says: distance to the coast, salt zones, monthly climate."""

from pvwarranty.place.air import monthly_at, temp_air_at, temp_air_clear_at
from pvwarranty.place.coast import Island, Shore, coast_distance, nearest_shore
from pvwarranty.place.normals import Climate, climate
from pvwarranty.place.salt import MinimumDistance, SaltPlace, Zone, ZoneAnswer, salt_zone

__all__ = [
    "Climate",
    "Island",
    "MinimumDistance",
    "SaltPlace",
    "Shore",
    "Zone",
    "ZoneAnswer",
    "climate",
    "coast_distance",
    "monthly_at",
    "nearest_shore",
    "salt_zone",
    "temp_air_at",
    "temp_air_clear_at",
]
