{{ quantile_kpi(kpi_code='ride_minutes_p90', leg='ride', fraction='90') }}
