{{ quantile_kpi(kpi_code='ride_minutes_p50', leg='ride', fraction='50') }}
