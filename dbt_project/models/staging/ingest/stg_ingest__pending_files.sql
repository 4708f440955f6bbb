{{ config(materialized='table') }}

{#- The books are built after everything else, so a file that is not in them has not (surely) reached every mart: a run
    that was cut off is made good by the next one. The relation is looked up, not referenced, because it is the
    previous run's; it cannot be an edge of this run's graph. -#}
{% set books = load_relation(api.Relation.create(
    database=this.database, schema=this.schema, identifier='fct_ingest_books'
)) if execute else none %}
{#- Arrival days whose files are taken again even if they were loaded before (ISO dates, inclusive). A person gives
    --vars, the orchestrator the environment: changed --vars make dbt parse the whole project again. -#}
{% set arrived_from = var('arrived_from', none) or env_var('WAREHOUSE_ARRIVED_FROM', '') %}
{% set arrived_to = var('arrived_to', none) or env_var('WAREHOUSE_ARRIVED_TO', '') %}
{% set takes_all = flags.FULL_REFRESH or books is none %}

{#- In one piece, so that the indentation does not depend on whether days are asked for. -#}
{% set is_pending = 'books.source_file is null' %}
{% if arrived_from and arrived_to %}
    {% set is_pending -%}
        (books.source_file is null or receipts.arrived_on between
        cast('{{ arrived_from }}' as date) and cast('{{ arrived_to }}' as date))
    {%- endset %}
{% endif %}

with receipts as (

    select * from {{ ref('stg_ingest__file_receipts') }}

),

final as (

    select
        receipts.feed,
        receipts.source_file,
        receipts.file_id,
        receipts.arrived_on
    from receipts
    {% if not takes_all %}
    left join {{ books }} as books
        on
            receipts.source_file = books.source_file
            and receipts.file_id = books.file_id
    where {{ is_pending }}
    {% endif %}

)

select * from final
