{#- Takes the place of dbt-spark's macro of this name: the schema lies below the data root, so that whoever publishes the
    marts finds each table's Parquet in <data root>/warehouse/spark/<table>. A location per table would make the tables
    external, and dropping those leaves their files behind. -#}
{% macro spark__create_schema(relation) -%}
    {%- call statement('create_schema') -%}
        create schema if not exists {{ relation }} location '{{ spark_warehouse_location() }}'
    {%- endcall -%}
{% endmacro %}
