-- At most 3,000 tags, names of at most 30 characters and no name twice: WeCom server API, document 92117.
with segments as (

    select * from {{ ref('segments') }}

),

named as (

    select distinct
        segment_code,
        segment_name_zh,
        segment_name_en
    from segments

),

counted as (

    select
        *,
        count(*) over () as segment_count,
        count(*) over (partition by segment_code) as name_count,
        count(*) over (partition by segment_name_zh) as code_count
    from named

)

select *
from counted
where
    segment_count > 3000
    or length(segment_name_zh) not between 1 and 30
    or name_count > 1
    or code_count > 1
