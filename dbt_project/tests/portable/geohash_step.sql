-- The corners of the grid, and the cell of the Eiffel tower (u09tun at geohash.org): 48.8584 N and 2.2945 E lie
-- (90 + 48.8584) / 180 and (180 + 2.2945) / 360 of 32768 steps from the south and the west, in whole steps.
select *
from (
    select
        {{ geohash_step("'u09tun'", 'latitude') }} as tower_row,
        {{ geohash_step("'u09tun'", 'longitude') }} as tower_column,
        {{ geohash_step("'000000'", 'latitude') }} as first_row,
        {{ geohash_step("'000000'", 'longitude') }} as first_column,
        {{ geohash_step("'zzzzzz'", 'latitude') }} as last_row,
        {{ geohash_step("'zzzzzz'", 'longitude') }} as last_column,
        {{ geohash_step("'u09tu'", 'longitude') }} as too_short,
        {{ geohash_step("'u09tua'", 'longitude') }} as no_letter
) as steps
where
    tower_row != 25278
    or tower_column != 16592
    or first_row != 0
    or first_column != 0
    or last_row != 32767
    or last_column != 32767
    or too_short is not null
    or no_letter is not null
