{{ config(materialized='table') }}

{#- A column each for the probabilities that a forecast has quantiles of. -#}
with quantiles as (

    select
        quantile,
        {{ normal_quantile('quantile') }} as score
    from {{ ref('forecast_quantiles') }}

),

final as (

    select
        max(score) filter (where quantile = 0.5) as score_50,
        max(score) filter (where quantile = 0.8) as score_80,
        max(score) filter (where quantile = 0.9) as score_90,
        max(score) filter (where quantile = 0.95) as score_95,
        max(score) filter (where quantile = 0.975) as score_975
    from quantiles

)

select * from final
