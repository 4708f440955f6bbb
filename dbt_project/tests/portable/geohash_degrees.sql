-- Published cells: ezs42 in Jutland is a classic; the points here were worked out from the bits by hand and agree with
-- geohash.org for the Eiffel tower (u09tun).
select *
from (
    select
        {{ geohash_degrees("'u09tun'", 'latitude', 0) }} as south,
        {{ geohash_degrees("'u09tun'", 'latitude', 1) }} as north,
        {{ geohash_degrees("'u09tun'", 'longitude', 0) }} as west,
        {{ geohash_degrees("'u09tun'", 'longitude', 1) }} as east,
        {{ geohash_degrees("'u09tu'", 'latitude', 0) }} as too_short,
        {{ geohash_degrees("'u09tua'", 'latitude', 0) }} as no_letter
) as cells
where
    not (48.8584 between south and north and 2.2945 between west and east)
    or abs(north - south - 0.0054931640625) > 1e-9
    or abs(east - west - 0.010986328125) > 1e-9
    or too_short is not null
    or no_letter is not null
