{{ quantile_kpi(kpi_code='delivery_minutes_p50', leg='delivery', fraction='50') }}
