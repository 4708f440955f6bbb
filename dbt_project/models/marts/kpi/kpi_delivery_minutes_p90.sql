{{ quantile_kpi(kpi_code='delivery_minutes_p90', leg='delivery', fraction='90') }}
